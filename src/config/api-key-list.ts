import { isScopeName, type ScopeName } from '../common/access/scope';
import { isTimestamp } from '../common/validation/text.decorator';

/** What is kept of a caller's key: not the key itself. */
export interface ApiKeyEntry {
  /** The caller. Several entries may share it, so that one key can follow another. */
  readonly name: string;
  /** SHA-256 of the whole key, in lower-case hex. */
  readonly sha256: string;
  readonly scopes: readonly ScopeName[];
  /** From this moment on (RFC 3339) the key is good for nothing; without it, until the entry is taken out. */
  readonly expires?: string;
  /** How many requests the caller may make with this key; without it, what the deployment allows everybody. */
  readonly requestsPerMinute?: number;
  /** Sessions of the caller that may live at once; without it, the share that the deployment gives every caller. */
  readonly maxSessions?: number;
  /** Event streams of the caller in one process; without it, the share that the deployment gives every caller. */
  readonly eventStreams?: number;
}

export const MAX_REQUESTS_PER_MINUTE = 1_000_000;
export const MAX_SESSIONS = 1_000_000;
export const MAX_EVENT_STREAMS = 10_000;

/** Without an underscore, which ends the name within a key. */
const NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;
const SHA256 = /^[0-9a-f]{64}$/;
/** The most that an entry may allow of each limit. */
const LIMITS = {
  requestsPerMinute: MAX_REQUESTS_PER_MINUTE,
  maxSessions: MAX_SESSIONS,
  eventStreams: MAX_EVENT_STREAMS,
} as const;
const LIMIT_NAMES = ['requestsPerMinute', 'maxSessions', 'eventStreams'] as const;
const FIELDS = new Set<string>(['name', 'sha256', 'scopes', 'expires', ...LIMIT_NAMES]);

export const API_KEYS_RULE =
  'must be a JSON list of {"name","sha256","scopes"} with or without "expires", "requestsPerMinute", "maxSessions" and "eventStreams", as npm run key prints them, each key once';

export function isApiKeyName(value: unknown): value is string {
  return typeof value === 'string' && NAME.test(value);
}

/** A list of entries, each key once. It may be empty: that is how the last key is revoked. */
export function isApiKeyList(value: unknown): value is ApiKeyEntry[] {
  if (!Array.isArray(value) || !value.every(isApiKeyEntry)) return false;
  return new Set(value.map(({ sha256 }) => sha256)).size === value.length;
}

function isApiKeyEntry(value: unknown): value is ApiKeyEntry {
  if (typeof value !== 'object' || value === null) return false;
  // A misspelt "expires" would make a key that never does.
  if (!Object.keys(value).every((field) => FIELDS.has(field))) return false;
  const entry = value as Partial<Record<keyof ApiKeyEntry, unknown>>;
  const { name, sha256, scopes, expires } = entry;
  const isHash = typeof sha256 === 'string' && SHA256.test(sha256);
  const isUsable = Array.isArray(scopes) && scopes.length > 0 && scopes.every(isScopeName);
  const isBounded = LIMIT_NAMES.every((limit) => isLimit(entry[limit], LIMITS[limit]));
  const ends = expires === undefined || isTimestamp(expires);
  return isApiKeyName(name) && isHash && isUsable && isBounded && ends;
}

function isLimit(value: unknown, max: number): boolean {
  return value === undefined || (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= max);
}
