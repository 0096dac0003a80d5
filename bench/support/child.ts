import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

const KEPT_OUTPUT = 4_000;
/** Time-out of a clean exit, after which the process is killed. */
const STOP_MS = 12_000;

export interface ChildOptions {
  /** The compiled program. */
  readonly file: string;
  readonly nodeArgs: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** A child process of Node. Its latest output is kept for the case that it exits unexpectedly. */
export class Child {
  protected readonly process: ChildProcess;
  protected readonly exited: Promise<unknown>;
  private lastWords = '';

  constructor(private readonly options: ChildOptions) {
    const { file, nodeArgs, environment } = options;
    this.process = spawn(process.execPath, [...nodeArgs, file], {
      env: { PATH: process.env['PATH'], ...environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'advanced',
    });
    this.exited = once(this.process, 'exit');
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.lastWords = (this.lastWords + chunk.toString()).slice(-KEPT_OUTPUT);
      });
    }
  }

  /** Passes all further output of the process to the listener as it arrives. */
  hear(listener: (text: string) => void): void {
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        listener(chunk.toString());
      });
    }
  }

  get isRunning(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  /** Ends the process cleanly, and kills it after a time-out. */
  async stop(): Promise<void> {
    if (!this.isRunning) return;
    const timer = setTimeout(() => {
      this.kill();
    }, STOP_MS);
    this.process.kill('SIGTERM');
    await this.exited;
    clearTimeout(timer);
  }

  kill(): void {
    this.process.kill('SIGKILL');
  }

  /** Makes an error of the process's last output. */
  death(): Error {
    return new Error(`${this.options.file} ended unasked:\n${this.lastWords}`);
  }
}
