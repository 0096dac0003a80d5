import { newApiKey } from '../../src/access/api-key';
import { SCOPES, type ScopeName } from '../../src/common/access/scope';
import type { ApiKeyEntry } from '../../src/config/api-key-list';

/** A caller with a key: the entry for the service, and the header for requests. */
export interface TestCaller {
  readonly entry: ApiKeyEntry;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
}

export function aCaller(
  name: string,
  scopes: readonly ScopeName[] = SCOPES,
  expires = new Date(Date.now() + 3_600_000),
): TestCaller {
  const { key, entry } = newApiKey({ name, scopes, expires: expires.toISOString() });
  return { entry, key, headers: bearer(key) };
}

/** The same caller, with a limit of its own. */
export function limitedTo(requestsPerMinute: number, caller: TestCaller): TestCaller {
  return { ...caller, entry: { ...caller.entry, requestsPerMinute } };
}

/** The same caller, with this maximum of live sessions. */
export function withSessions(maxSessions: number, caller: TestCaller): TestCaller {
  return { ...caller, entry: { ...caller.entry, maxSessions } };
}

export function bearer(credential: string): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${credential}` };
}

/** The same caller, with a share of its own of the event streams. */
export function streaming(eventStreams: number, caller: TestCaller): TestCaller {
  return { ...caller, entry: { ...caller.entry, eventStreams } };
}

/** The environment of a service with these callers. */
export function keysOf(...callers: readonly TestCaller[]): Readonly<Record<string, string>> {
  return { ACCESS_MODE: 'keys', API_KEYS: JSON.stringify(callers.map(({ entry }) => entry)) };
}

export function allBut(scope: ScopeName | undefined): ScopeName[] {
  return SCOPES.filter((name) => name !== scope);
}
