import { isScopeName, type ScopeName } from '../common/access/scope';
import { isTimestamp } from '../common/validation/text.decorator';

/** The stored part of a caller's key: not the key itself. */
export interface ApiKeyEntry {
  /** Name of the caller. Several entries may share it, so that keys can be rotated. */
  readonly name: string;
  /** SHA-256 of the whole key, in lower-case hex. */
  readonly sha256: string;
  readonly scopes: readonly ScopeName[];
  /** Expiry of the key (RFC 3339); without it, the key is valid until the entry is removed. */
  readonly expires?: string;
  /** Requests per minute that the caller may make with this key; without it, the deployment's default. */
  readonly requestsPerMinute?: number;
  /** Maximum number of live sessions of the caller; without it, the deployment's default share. */
  readonly maxSessions?: number;
  /** Maximum number of event streams of the caller per process; without it, the deployment's default share. */
  readonly eventStreams?: number;
}

export const MAX_REQUESTS_PER_MINUTE = 1_000_000;
export const MAX_SESSIONS = 1_000_000;
export const MAX_EVENT_STREAMS = 10_000;

/** Without an underscore, which ends the name within a key. */
const NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;
const SHA256 = /^[0-9a-f]{64}$/;
/** The greatest value that an entry may set for each limit. */
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

/** A list of entries without duplicate keys. It may be empty: that revokes the last key. */
export function isApiKeyList(value: unknown): value is ApiKeyEntry[] {
  if (!Array.isArray(value) || !value.every(isApiKeyEntry)) return false;
  return new Set(value.map(({ sha256 }) => sha256)).size === value.length;
}

function isApiKeyEntry(value: unknown): value is ApiKeyEntry {
  if (typeof value !== 'object' || value === null) return false;
  // Unknown fields are refused: a misspelt "expires" would make a key that never expires.
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
