import { readFileSync, statSync } from 'node:fs';
import { type ApiKeyEntry, isApiKeyList } from './api-key-list';
import type { Environment } from './environment';

/**
 * The keys of callers. Those that came from a file are those of the file: it is read again once it has changed, so
 * that keys are added and revoked without a restart. A file that cannot be read, or does not hold what it should,
 * leaves the last known keys in force, and `isStale` says so.
 */
export class ApiKeys {
  isStale = false;
  private known: readonly ApiKeyEntry[];
  private readonly path: string | undefined;
  private seen = '';

  constructor(environment: Environment) {
    this.known = environment.API_KEYS ?? [];
    this.path = environment.files['API_KEYS'];
  }

  /** The entries of a caller. */
  of(name: string): readonly ApiKeyEntry[] {
    this.readAgain();
    return this.known.filter((entry) => entry.name === name);
  }

  private readAgain(): void {
    if (this.path === undefined) return;
    try {
      // Looked at before the content: what is written in between is a change for the next time.
      const version = versionOf(this.path);
      if (version === this.seen) return;
      this.take(JSON.parse(readFileSync(this.path, 'utf8')));
      this.seen = version;
    } catch {
      // In the middle of a rotation the file may be away or half written; the next asking reads it again.
      this.isStale = true;
    }
  }

  private take(list: unknown): void {
    this.isStale = !isApiKeyList(list);
    if (isApiKeyList(list)) this.known = list;
  }
}

/** Differs after every way to change a file: writing to it, replacing it, turning a link to another one. */
function versionOf(path: string): string {
  const { ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
  return [ino, size, mtimeNs, ctimeNs].join('.');
}
