import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { Child, type ChildOptions } from './child';
import { CommandedChild } from './commanded-child';
import type { Commands } from './ipc';

const OUTPUT = join(__dirname, '..', '..');

type Variables = Readonly<Record<string, string>>;

/**
 * Owns all resources of a run: processes, folders and registered cleanups. Disposing it releases them all at any
 * time, and no new one can be made afterwards.
 */
export class Workspace implements AsyncDisposable {
  private readonly children = new Set<Child>();
  private readonly folders = new Set<string>();
  private readonly leftovers = new Set<() => Promise<void>>();
  private closed = false;
  private started = 0;

  constructor(private readonly profileDir: string | undefined) {}

  /** Starts a program of `bench/children`. */
  child<C extends Commands<C>>(name: string): CommandedChild<C> {
    return this.register(new CommandedChild<C>({ ...this.program(name), nodeArgs: [], environment: {} }));
  }

  /**
   * Like `child`, for a measured process: it can collect garbage on demand, and may be profiled, into a file whose
   * name begins with `profile`.
   */
  measured<C extends Commands<C>>(
    name: string,
    environment: Variables = {},
    profile = name,
  ): CommandedChild<C> {
    const nodeArgs = ['--expose-gc', ...this.profileArgs(profile)];
    return this.register(new CommandedChild<C>({ ...this.program(name), nodeArgs, environment }));
  }

  /**
   * Starts the service as in production, or by a program of `bench/children` or at an absolute path. It may be profiled, see
   * `measured`.
   */
  service(environment: Variables, profile: string, program?: string): Child {
    this.assertOpen();
    const main = join(OUTPUT, 'src', 'main.js');
    const { file } = program === undefined ? { file: main } : this.program(program);
    return this.register(new Child({ file, nodeArgs: this.profileArgs(profile), environment }));
  }

  /** Kills a process. Its state is no longer needed. */
  async discard(child: Child): Promise<void> {
    // Node writes a profile only at a clean exit.
    if (this.profileDir === undefined) child.kill();
    await child.stop();
  }

  async folder(): Promise<string> {
    this.assertOpen();
    const folder = await mkdtemp(join(tmpdir(), 'guest-sessions-bench-'));
    this.folders.add(folder);
    return folder;
  }

  /** Registers a cleanup that runs once: at the end, or earlier by a call of the returned function. */
  undoAtEnd(undo: () => Promise<void>): () => Promise<void> {
    const once = async (): Promise<void> => {
      if (this.leftovers.delete(once)) await undo();
    };
    this.leftovers.add(once);
    return once;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.closed = true;
    for (const child of this.children) child.kill();
    await Promise.all([...this.children].map((child) => child.stop()));
    // The latest first: a database is dropped before its server stops.
    for (const undo of [...this.leftovers].reverse()) await undo();
    await Promise.all([...this.folders].map((folder) => rm(folder, { recursive: true, force: true })));
  }

  private profileArgs(name: string): string[] {
    if (this.profileDir === undefined) return [];
    this.started += 1;
    const file = `${name}-${this.started}.cpuprofile`;
    return ['--cpu-prof', `--cpu-prof-dir=${this.profileDir}`, `--cpu-prof-name=${file}`];
  }

  private program(name: string): Pick<ChildOptions, 'file'> {
    this.assertOpen();
    if (isAbsolute(name)) return { file: name };
    return { file: join(OUTPUT, 'bench', 'children', `${name}.js`) };
  }

  private assertOpen(): void {
    if (this.closed) throw new Error('The run is over');
  }

  private register<T extends Child>(child: T): T {
    this.children.add(child);
    return child;
  }
}
