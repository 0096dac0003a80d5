import { hash } from 'node:crypto';
import { canonicalJson } from '../../common/json/canonical-json';
import type { AuditRecord } from './audit-record';
import { type ChainLink, hashOf } from './chain-link';

/** Number of chains. Appends to one chain wait for each other; records of unrelated subjects should not. */
export const CHAIN_COUNT = 16;

/** The chain of all records about a subject, so that they stand in order. */
export function chainOf(subject: string): number {
  return hash('sha256', subject, 'buffer').readUInt32BE() % CHAIN_COUNT;
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

type Member = keyof UnlinkedRecord;

/** The members that stand before `at`, `prevHash` and `seq` and behind them, in the order of their names. */
const AROUND_PLACE: readonly [readonly Member[], readonly Member[], readonly Member[], readonly Member[]] = [
  ['action', 'actor', 'after'],
  ['before', 'chain', 'conversationId', 'detail', 'outcome'],
  ['reason', 'requestId', 'schema'],
  ['target'],
];

/**
 * The text that `hashOf` hashes, cut where the values of `at`, `prevHash` and `seq` belong, in this order: for a
 * database that links the record itself. None of these values needs an escape in JSON.
 */
export function hashedTextAround(content: UnlinkedRecord): [string, string, string, string] {
  const textOf = (members: readonly Member[]): string =>
    members.map((name) => `"${name}":${canonicalJson(content[name])}`).join();
  const [first, second, third, last] = AROUND_PLACE;
  return [
    `{${textOf(first)},"at":"`,
    `",${textOf(second)},"prevHash":"`,
    `",${textOf(third)},"seq":`,
    `,${textOf(last)}}`,
  ];
}
