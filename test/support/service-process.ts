import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { waitFor } from './wait-for';

const ENTRY = resolve(__dirname, '../../dist/main.js');
const READY_WITHIN_MS = 120_000;
const KEPT_OUTPUT = 200_000;

/** The exit of a process. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** `performance.now()` at the exit event. */
  readonly at: number;
}

/**
 * The built service as a process of its own, with exactly the given environment. A test that starts one has to kill
 * it: `kill` may be called in any state of the process.
 */
export class ServiceProcess {
  /** Time before the spawn, in epoch milliseconds: the process causes all later effects. */
  readonly spawnedAt = Date.now();
  readonly exited: Promise<Exit>;
  /** Time at which it was first ready, in epoch milliseconds. */
  readyAt = Infinity;
  stdout = '';
  stderr = '';
  private ended: Exit | undefined;

  private constructor(
    private readonly child: ChildProcess,
    private address?: string,
  ) {
    child.stdout?.on('data', (chunk: Buffer) => {
      this.stdout = newest(this.stdout + chunk.toString());
      this.address ??= /Listening on (http:\/\/[^\s"]+)/.exec(this.stdout)?.[1];
    });
    child.stderr?.on('data', (chunk: Buffer) => (this.stderr = newest(this.stderr + chunk.toString())));
    // The 'exit' event may precede the last output, so this is 'close'.
    this.exited = once(child, 'close').then(([code, signal]: unknown[]) => {
      const exit = {
        code: code as number | null,
        signal: signal as NodeJS.Signals | null,
        at: performance.now(),
      };
      this.ended = exit;
      return exit;
    });
  }

  /**
   * Spawns the process without waiting for readiness, for processes that are to fail. With `stdout`, a file
   * descriptor of the test for the standard output, the environment has to name the `PORT`.
   */
  static spawn(
    environment: Readonly<Record<string, string>>,
    entry = ENTRY,
    stdout?: number,
  ): ServiceProcess {
    if (!existsSync(entry)) throw new Error(`${entry} does not exist: run "npm run build" first.`);
    const child = spawn(process.execPath, [entry], {
      env: { PATH: process.env['PATH'], ...environment },
      stdio: ['ignore', stdout ?? 'pipe', 'pipe'],
    });
    const address = `http://127.0.0.1:${environment['PORT'] ?? ''}`;
    return new ServiceProcess(child, stdout === undefined ? undefined : address);
  }

  /** Spawns the process and waits until it logs that it is ready. */
  static async start(
    environment: Readonly<Record<string, string>>,
    entry = ENTRY,
    stdout?: number,
  ): Promise<ServiceProcess> {
    const service = ServiceProcess.spawn(environment, entry, stdout);
    try {
      await service.untilReady();
      return service;
    } catch (error) {
      await service.kill();
      throw error;
    }
  }

  /** Address of the API; throws until the process has logged it. */
  get url(): string {
    if (this.address === undefined) throw new Error(`The service does not listen.${this.output()}`);
    return this.address;
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  get isRunning(): boolean {
    return this.ended === undefined;
  }

  /** Subscribes to all further output, of which the process object keeps only the newest. */
  onOutput(listener: (chunk: Buffer) => void): void {
    this.child.stdout?.on('data', listener);
    this.child.stderr?.on('data', listener);
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** Closes the reading ends of its standard output and standard error. */
  stopReading(): void {
    this.child.stdout?.destroy();
    this.child.stderr?.destroy();
  }

  /** Kills the process with SIGKILL. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  /** The status of the readiness probe. */
  async readiness(): Promise<number> {
    const response = await fetch(`${this.url}/health/ready`, { headers: { connection: 'close' } });
    await response.text();
    return response.status;
  }

  async untilReady(): Promise<void> {
    const status = await waitFor(async () => {
      // A failed probe would only be repeated, and a process that has ended never gets ready.
      if (!this.isRunning) return 0;
      const seen = await this.readiness();
      if (seen !== 200) throw new Error(`Readiness says ${seen}.${this.output()}`);
      return seen;
    }, READY_WITHIN_MS);
    if (status === 0) throw new Error(`The service ended instead of getting ready.${this.output()}`);
    this.readyAt = Date.now();
  }

  private output(): string {
    return `\n--- stderr\n${this.stderr.slice(-2_000)}\n--- stdout\n${this.stdout.slice(-4_000)}`;
  }
}

function newest(text: string): string {
  return text.length > 2 * KEPT_OUTPUT ? text.slice(-KEPT_OUTPUT) : text;
}
