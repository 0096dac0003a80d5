import { createHash } from 'node:crypto';
import { canonicalJson } from '../../common/json/canonical-json';
import type { AuditRecord } from './audit-record';

/** Number of chains. Appends to one chain wait for each other; records of unrelated subjects should not. */
export const CHAIN_COUNT = 16;

/** The hash that a chain begins with. */
export const FIRST_HASH = '0'.repeat(64);

/** A place in a chain: after the record of this number, which has this hash. */
export interface ChainLink {
  readonly seq: number;
  readonly hash: string;
}

export const CHAIN_START: ChainLink = { seq: 0, hash: FIRST_HASH };

/** The chain of all records about a subject, so that they stand in order. */
export function chainOf(subject: string): number {
  return createHash('sha256').update(subject).digest().readUInt32BE() % CHAIN_COUNT;
}

/** Links a record to the one before it. */
export function linked(
  content: Omit<AuditRecord, 'seq' | 'prevHash' | 'hash'>,
  previous: ChainLink,
): AuditRecord {
  const record = { ...content, seq: previous.seq + 1, prevHash: previous.hash };
  return { ...record, hash: hashOf(record) };
}

/** The parts of a record that are known before its place in the chain is. */
export type UnlinkedRecord = Omit<AuditRecord, 'at' | 'seq' | 'prevHash' | 'hash'>;

/** The members of a record that its place in the chain gives, in the order of their names. */
const OF_PLACE = ['at', 'prevHash', 'seq'] as const;

/**
 * The text that `hashOf` hashes, cut where the values of `at`, `prevHash` and `seq` belong, in this order: for a
 * database that links the record itself. None of these values needs an escape in JSON.
 */
export function hashedTextAround(content: UnlinkedRecord): [string, string, string, string] {
  const [at, prevHash, seq] = OF_PLACE;
  const between = (after: string, before: string): string => {
    const members = Object.entries(content).filter(([name]) => name > after && name < before);
    return canonicalJson(Object.fromEntries(members)).slice(1, -1);
  };
  return [
    `{${between('', at)},"${at}":"`,
    `",${between(at, prevHash)},"${prevHash}":"`,
    `",${between(prevHash, seq)},"${seq}":`,
    `,${between(seq, '~')}}`,
  ];
}

/**
 * SHA-256, in hex, over the canonical JSON (RFC 8785) of all fields of a record but its own hash. The names and
 * meanings of `schema` 1 never change: the hash has to be reproducible in years.
 */
export function hashOf(record: object): string {
  const content = Object.fromEntries(Object.entries(record).filter(([name]) => name !== 'hash'));
  return createHash('sha256').update(canonicalJson(content)).digest('hex');
}
