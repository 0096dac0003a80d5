import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from './child';
import type { Commands } from './ipc';

const OUTPUT = join(__dirname, '..', '..');

/**
 * Everything that a run leaves behind unless it is cleaned up: processes, folders and whatever else is registered.
 * Disposing it leaves nothing, whenever it comes.
 */
export class Workshop implements AsyncDisposable {
  private readonly children = new Set<Child<Commands>>();
  private readonly folders = new Set<string>();
  private readonly leftovers = new Set<() => Promise<void>>();

  constructor(private readonly profileDir: string | undefined) {}

  /** Starts a program of `bench/children`. */
  child<C extends Commands>(name: string, environment?: Readonly<Record<string, string>>): Child<C> {
    return this.start<C>(join('bench', 'children', `${name}.js`), [], environment);
  }

  /** Like `child`, for a process that is measured itself: it can collect garbage on demand, and may be profiled. */
  measured<C extends Commands>(name: string, environment?: Readonly<Record<string, string>>): Child<C> {
    return this.start<C>(join('bench', 'children', `${name}.js`), this.measuredArgs, environment);
  }

  /** Starts the service as it is started in production. */
  service(environment: Readonly<Record<string, string>>): Child {
    return this.start(join('src', 'main.js'), this.profileArgs, environment);
  }

  /** Ends a process whose state is of no further interest. */
  async discard(child: Child<never>): Promise<void> {
    // A profile is only written at an orderly end.
    if (this.profileDir === undefined) child.kill();
    await child.stop();
  }

  async folder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'guest-sessions-bench-'));
    this.folders.add(folder);
    return folder;
  }

  /** Has something undone at the end, or earlier by the function that it returns; either way only once. */
  undoAtEnd(undo: () => Promise<void>): () => Promise<void> {
    const once = async (): Promise<void> => {
      if (this.leftovers.delete(once)) await undo();
    };
    this.leftovers.add(once);
    return once;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.children) child.kill();
    await Promise.all([...this.children].map((child) => child.stop()));
    await Promise.all([...this.leftovers].map((undo) => undo()));
    await Promise.all([...this.folders].map((folder) => rm(folder, { recursive: true, force: true })));
  }

  private get profileArgs(): string[] {
    return this.profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${this.profileDir}`];
  }

  private get measuredArgs(): string[] {
    return ['--expose-gc', ...this.profileArgs];
  }

  private start<C extends Commands>(
    file: string,
    nodeArgs: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): Child<C> {
    const child = new Child<C>({ file: join(OUTPUT, file), nodeArgs, environment });
    this.children.add(child as unknown as Child<Commands>);
    return child;
  }
}
