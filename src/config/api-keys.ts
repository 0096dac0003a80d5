import type { ScopeName } from '../common/access/scope';
import { type ApiKeyEntry, isApiKeyList } from './api-key-list';
import type { Environment } from './environment';
import { FollowedFile } from './followed-file';

/** The keys of callers. Those that came from a file follow it: keys are added and revoked without a restart. */
export class ApiKeys {
  private known: readonly ApiKeyEntry[];
  private readonly file: FollowedFile<readonly ApiKeyEntry[]>;

  constructor(environment: Environment) {
    this.known = environment.API_KEYS ?? [];
    this.file = FollowedFile.of(environment, 'API_KEYS', listIn, (list) => {
      this.known = list;
    });
  }

  /** The entries of a caller. */
  of(name: string): readonly ApiKeyEntry[] {
    this.file.follow();
    return this.known.filter((entry) => entry.name === name);
  }

  /** The number of callers that have a key with one of the scopes, whether or not it has expired. */
  countOfCallers(...scopes: readonly ScopeName[]): number {
    this.file.follow();
    const entries = this.known.filter((entry) => scopes.some((scope) => entry.scopes.includes(scope)));
    return new Set(entries.map(({ name }) => name)).size;
  }
}

function listIn(text: string): readonly ApiKeyEntry[] | undefined {
  const list: unknown = JSON.parse(text);
  return isApiKeyList(list) ? list : undefined;
}
