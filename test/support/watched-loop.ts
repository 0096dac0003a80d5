import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { BlockReport } from '../../src/watchdog/domain/block-report';

const BUILT = resolve(__dirname, '../../dist/watchdog');
const PROGRAM = join(__dirname, 'blocking-program.js');

export type BlockKind = 'javascript' | 'native' | 'none';

/** A process with the built watchdog and no other work, which blocks its own event loop. A test has to kill it. */
export class WatchedLoop {
  readonly exited: Promise<number | null>;
  private text = '';

  private constructor(private readonly child: ChildProcess) {
    child.stdout?.on('data', (chunk: Buffer) => (this.text += chunk.toString()));
    this.exited = once(child, 'close').then(([code]: unknown[]) => code as number | null);
  }

  static start(kind: BlockKind, blockedMs = 500): WatchedLoop {
    if (!existsSync(BUILT)) throw new Error(`${BUILT} does not exist: run "npm run build" first.`);
    const args = [PROGRAM, BUILT, kind, String(blockedMs)];
    return new WatchedLoop(spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] }));
  }

  /** The reports of the watchdog so far. */
  get reports(): BlockReport[] {
    const lines = this.text.split('\n').filter((line) => line !== '');
    return lines.filter((line) => line.includes('"reason"')).map((line) => JSON.parse(line) as BlockReport);
  }

  get isStarted(): boolean {
    return this.text.includes('"started"');
  }

  /** Begins a block. */
  block(): void {
    this.child.stdin?.write('\n');
  }

  /** Takes the last work from the process. */
  end(): void {
    this.child.stdin?.end();
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }
}
