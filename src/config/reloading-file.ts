import { readFileSync, statSync } from 'node:fs';
import { settingText } from './setting-text';

/** Two changes within the grain of the file system's clock look the same. */
const GRAIN_MS = 1_000;

/** A followed file without the type of its setting. */
export interface Followed {
  /** The name of the variable that holds the path. */
  readonly setting: string;
  readonly isStale: boolean;
  follow(): void;
}

/** The part of the environment that knows the files. */
export interface SettingFiles {
  /** Paths, by the name of the setting. */
  readonly files: Partial<Record<string, string>>;
  readonly followed: Followed[];
}

/**
 * A setting in a file that may be replaced while the process runs, the way orchestrators rotate secrets. What stands
 * in the file is taken whenever it has changed; while the file is away, or does not hold what it should, what was
 * taken last stays in force.
 */
export class ReloadingFile<T> implements Followed {
  /** Whether the file is away, or does not hold what it should. */
  isStale = false;
  private seen = '';

  /** `parse` returns nothing, or throws, for what the file should not hold. Without a path nothing ever changes. */
  constructor(
    readonly setting: string,
    private readonly path: string | undefined,
    private readonly parse: (text: string) => T | undefined,
    private readonly take: (value: T) => void,
  ) {}

  /** The file of a setting, listed among the followed ones when there is one. */
  static of<T>(
    environment: SettingFiles,
    name: string,
    parse: (text: string) => T | undefined,
    take: (value: T) => void,
  ): ReloadingFile<T> {
    const path = environment.files[name];
    const file = new ReloadingFile(`${name}_FILE`, path, parse, take);
    if (path !== undefined) environment.followed.push(file);
    return file;
  }

  /** To be called before the setting is used; costs a look at the file's times when nothing has changed. */
  follow(): void {
    if (this.path === undefined) return;
    try {
      // Looked at before the content: what is written in between is a change for the next time.
      const { version, changedAt } = lookAt(this.path);
      if (version === this.seen) return;
      const value = this.parse(settingText(readFileSync(this.path, 'utf8')));
      this.isStale = value === undefined;
      if (value !== undefined) this.take(value);
      this.seen = Date.now() - changedAt > GRAIN_MS ? version : '';
    } catch {
      // In the middle of a rotation the file may be away or half written; the next time it is read again.
      this.isStale = true;
      this.seen = '';
    }
  }
}

/** The version differs after every way to change a file: writing to it, replacing it, turning a link to another one. */
function lookAt(path: string): { version: string; changedAt: number } {
  const { ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
  return { version: [ino, size, mtimeNs, ctimeNs].join('.'), changedAt: Number(ctimeNs / 1_000_000n) };
}
