import { createHash } from 'node:crypto';
import { canonicalJson } from '../../common/json/canonical-json';

/** The hash that a chain begins with. */
export const FIRST_HASH = '0'.repeat(64);

/** A place in a chain: after the record of this number, which has this hash. */
export interface ChainLink {
  readonly seq: number;
  readonly hash: string;
}

export const CHAIN_START: ChainLink = { seq: 0, hash: FIRST_HASH };

/**
 * SHA-256, in hex, over the canonical JSON (RFC 8785) of all fields of a record but its own hash. The names and
 * meanings of `schema` 1 never change: the hash has to be reproducible in years.
 */
export function hashOf(record: object): string {
  const content = Object.fromEntries(Object.entries(record).filter(([name]) => name !== 'hash'));
  return createHash('sha256').update(canonicalJson(content)).digest('hex');
}
