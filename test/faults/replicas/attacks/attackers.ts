import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { AttackPlan } from './attack';
import type { AttackFigures } from './attack-tally';

/**
 * Runs all attacks in a thread of their own, so that they do not delay the simulators and the timers of the normal
 * load in this one.
 */
export class Attackers implements AsyncDisposable {
  private readonly figures: Promise<unknown[]>;

  private constructor(private readonly thread: Worker) {
    this.figures = once(thread, 'message');
    // `stop` throws the failure, possibly minutes later.
    this.figures.catch(() => undefined);
  }

  static start(plan: AttackPlan): Attackers {
    return new Attackers(new Worker(join(__dirname, 'attacker-thread.js'), { workerData: plan }));
  }

  /** Resolves when all requests have finished. */
  async stop(): Promise<AttackFigures[]> {
    this.thread.postMessage('stop');
    const [figures] = await this.figures;
    return figures as AttackFigures[];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.thread.terminate();
  }
}
