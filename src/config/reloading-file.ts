import { readFileSync, statSync } from 'node:fs';
import { settingText } from './setting-text';

/** Two changes within the resolution of the file system's clock look the same. */
const GRAIN_MS = 1_000;

/** A reloading file without the type of its setting. */
export interface Followed {
  /** The name of the variable that holds the path. */
  readonly setting: string;
  readonly isStale: boolean;
  follow(): void;
}

/** The part of the environment with the files. */
export interface SettingFiles {
  /** Paths, by the name of the setting. */
  readonly files: Partial<Record<string, string>>;
  readonly followed: Followed[];
}

/**
 * A setting in a file that may be replaced while the process runs, the way orchestrators rotate secrets. A changed
 * content is read on the next use; while the file is missing or invalid, the last valid value stays in force.
 */
export class ReloadingFile<T> implements Followed {
  /** True while the file is missing or invalid. */
  isStale = false;
  private seen = '';

  /** `parse` returns undefined, or throws, for invalid content. Without a path the value never changes. */
  constructor(
    readonly setting: string,
    private readonly path: string | undefined,
    private readonly parse: (text: string) => T | undefined,
    private readonly take: (value: T) => void,
  ) {}

  /** The file of a setting, listed among the followed ones if there is one. */
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

  /** Call it before each use of the setting; without a change it costs a check of the file's times. */
  follow(): void {
    if (this.path === undefined) return;
    try {
      // Checked before the content is read: a change in between is found at the next check.
      const { version, changedAt } = lookAt(this.path);
      if (version === this.seen) return;
      const value = this.parse(settingText(readFileSync(this.path, 'utf8')));
      this.isStale = value === undefined;
      if (value !== undefined) this.take(value);
      this.seen = Date.now() - changedAt > GRAIN_MS ? version : '';
    } catch {
      // During a rotation the file may be missing or half written; the next check reads it again.
      this.isStale = true;
      this.seen = '';
    }
  }
}

/**
 * The version differs after every kind of change: writing to the file, replacing it, or pointing a link to another
 * file.
 */
function lookAt(path: string): { version: string; changedAt: number } {
  const { ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
  return { version: [ino, size, mtimeNs, ctimeNs].join('.'), changedAt: Number(ctimeNs / 1_000_000n) };
}
