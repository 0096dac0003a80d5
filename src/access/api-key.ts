import { hash, randomBytes } from 'node:crypto';
import type { ApiKeyEntry } from '../config/api-key-list';

/** `ggs_<name>_` and 32 random bytes in base64url. */
const API_KEY = /^ggs_([a-z0-9][a-z0-9-]{0,39})_[\w-]{43}$/;
const RANDOM_BYTES = 32;

/** The caller that a key names, unverified; undefined for text that is not a key. */
export function nameInKey(key: string): string | undefined {
  return API_KEY.exec(key)?.[1];
}

/** The stored form of a key. A key is random enough that a plain hash does not reveal it. */
export function hashOfKey(key: string): string {
  return hash('sha256', key);
}

/** Makes a new key, which is shown once, and the configuration entry that accepts it. */
export function newApiKey(facts: Omit<ApiKeyEntry, 'sha256'>): { key: string; entry: ApiKeyEntry } {
  const { name, scopes, ...rest } = facts;
  const key = `ggs_${name}_${randomBytes(RANDOM_BYTES).toString('base64url')}`;
  return { key, entry: { name, sha256: hashOfKey(key), scopes, ...rest } };
}
