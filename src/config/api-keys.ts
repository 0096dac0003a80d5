import type { ScopeName } from '../common/access/scope';
import { type ApiKeyEntry, isApiKeyList } from './api-key-list';
import type { Environment } from './environment';
import { ReloadingFile } from './reloading-file';

const NO_NAMES: ReadonlySet<string> = new Set();

/** The API keys of callers. Keys from a file follow it: they are added and revoked without a restart. */
export class ApiKeys {
  private known: readonly ApiKeyEntry[] = [];
  private callers: ReadonlyMap<ScopeName, ReadonlySet<string>> = new Map();
  private readonly file: ReloadingFile<readonly ApiKeyEntry[]>;

  constructor(environment: Environment) {
    this.take(environment.API_KEYS ?? []);
    this.file = ReloadingFile.of(environment, 'API_KEYS', listIn, (list) => {
      this.take(list);
    });
  }

  /** The entries of a caller. */
  of(name: string): readonly ApiKeyEntry[] {
    this.file.follow();
    return this.known.filter((entry) => entry.name === name);
  }

  /**
   * The number of callers that have a key with one of the scopes, expired or not, as of the last check of the file:
   * each look-up of a caller is one.
   */
  countOfCallers(...scopes: readonly ScopeName[]): number {
    const names = scopes.map((scope) => this.callers.get(scope) ?? NO_NAMES);
    return names.length === 1
      ? (names[0] ?? NO_NAMES).size
      : new Set(names.flatMap((some) => [...some])).size;
  }

  private take(list: readonly ApiKeyEntry[]): void {
    this.known = list;
    this.callers = namesIn(list);
  }
}

function namesIn(list: readonly ApiKeyEntry[]): ReadonlyMap<ScopeName, ReadonlySet<string>> {
  const names = new Map<ScopeName, Set<string>>();
  for (const { name, scopes } of list) {
    for (const scope of scopes) names.set(scope, (names.get(scope) ?? new Set()).add(name));
  }
  return names;
}

function listIn(text: string): readonly ApiKeyEntry[] | undefined {
  const list: unknown = JSON.parse(text);
  return isApiKeyList(list) ? list : undefined;
}
