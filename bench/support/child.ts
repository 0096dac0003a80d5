import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Commands, Question, Reply } from './ipc';

const KEPT_OUTPUT = 4_000;
/** How long a process may take to end in order before it is killed. */
const STOP_MS = 12_000;

export interface ChildOptions {
  /** The compiled program. */
  readonly file: string;
  readonly nodeArgs?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** A Node process of ours. When it ends unasked, whatever was asked of it fails with its last words. */
export class Child<C extends Commands = Record<never, never>> {
  private readonly process: ChildProcess;
  private readonly pending = new Map<number, { resolve: (output: unknown) => void; reject: (error: Error) => void }>();
  private readonly exited: Promise<unknown>;
  private asked = 0;
  private lastWords = '';

  constructor(private readonly options: ChildOptions) {
    const { file, nodeArgs = [], environment = {} } = options;
    this.process = spawn(process.execPath, [...nodeArgs, file], {
      env: { PATH: process.env['PATH'], ...environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'advanced',
    });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.lastWords = (this.lastWords + chunk.toString()).slice(-KEPT_OUTPUT);
      });
    }
    this.process.on('message', (reply: Reply) => {
      this.settle(reply);
    });
    this.exited = once(this.process, 'exit').then(() => {
      for (const { reject } of this.pending.values()) reject(this.death());
    });
  }

  get isRunning(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  ask<K extends keyof C & string>(command: K, input: C[K]['input']): Promise<C[K]['output']> {
    if (!this.isRunning) return Promise.reject(this.death());
    const id = (this.asked += 1);
    const question: Question = { id, command, input };
    return new Promise<unknown>((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
      this.process.send(question);
    });
  }

  /** Lets the process end in order. */
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

  /** What the process said before it ended, as an error. */
  death(): Error {
    return new Error(`${this.options.file} ended unasked:\n${this.lastWords}`);
  }

  private settle({ id, output, error }: Reply): void {
    const waiting = this.pending.get(id);
    this.pending.delete(id);
    if (error === undefined) waiting?.resolve(output);
    else waiting?.reject(new Error(`${this.options.file}: ${error}`));
  }
}
