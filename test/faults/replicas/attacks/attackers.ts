import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import type { AttackPlan } from './attack';
import type { AttackFigures } from './attack-tally';

/**
 * Runs all attacks in a process of their own, of the lowest priority, so that they do not delay the simulators and the
 * timers of the normal load in this one, and get no processor time that the service needs on the same machine.
 */
export class Attackers implements AsyncDisposable {
  private readonly figures: Promise<unknown[]>;

  private constructor(private readonly child: ChildProcess) {
    const abort = new AbortController();
    const failed = once(child, 'exit', { signal: abort.signal }).then(([code]) => {
      throw new Error(`The attackers ended with code ${String(code)}`);
    });
    this.figures = Promise.race([once(child, 'message', { signal: abort.signal }), failed]).finally(() => {
      abort.abort();
    });
    failed.catch(() => undefined);
    // `stop` throws the failure, possibly minutes later.
    this.figures.catch(() => undefined);
  }

  static start(plan: AttackPlan): Attackers {
    const child = fork(join(__dirname, 'attacker-process.js'), { serialization: 'advanced' });
    // From outside, so that it holds for loading the modules and for all threads of the process.
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
    const attackers = new Attackers(child);
    child.send(plan);
    return attackers;
  }

  /** Resolves when all requests have finished. */
  async stop(): Promise<AttackFigures[]> {
    this.child.send('stop');
    const [figures] = await this.figures;
    return figures as AttackFigures[];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }
}
