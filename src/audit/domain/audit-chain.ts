import { createHash } from 'node:crypto';
import { canonicalJson } from '../../common/json/canonical-json';
import type { AuditRecord } from './audit-record';

/**
 * How many chains there are. Whoever appends to a chain waits for whoever appended before; records that have nothing
 * to do with each other should not.
 */
export const CHAIN_COUNT = 16;

/** What a chain begins with. */
export const FIRST_HASH = '0'.repeat(64);

/** A place in a chain: after the record of this number, which has this hash. */
export interface ChainLink {
  readonly seq: number;
  readonly hash: string;
}

export const CHAIN_START: ChainLink = { seq: 0, hash: FIRST_HASH };

/** The chain that everything about a subject is in, so that it stands there in its order. */
export function chainOf(subject: string): number {
  return createHash('sha256').update(subject).digest().readUInt32BE() % CHAIN_COUNT;
}

/** A record as a link after another one. */
export function linked(
  content: Omit<AuditRecord, 'seq' | 'prevHash' | 'hash'>,
  previous: ChainLink,
): AuditRecord {
  const record = { ...content, seq: previous.seq + 1, prevHash: previous.hash };
  return { ...record, hash: hashOf(record) };
}

/**
 * SHA-256, in hex, over the canonical JSON (RFC 8785) of everything that a record says but its own hash. The names
 * and meanings of `schema` 1 never change: it has to be found again in years.
 */
export function hashOf(record: object): string {
  const content = Object.fromEntries(Object.entries(record).filter(([name]) => name !== 'hash'));
  return createHash('sha256').update(canonicalJson(content)).digest('hex');
}
