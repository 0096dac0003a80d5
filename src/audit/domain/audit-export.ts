import type { ChainLink } from './chain-link';

/** One chain in an export: its records follow `after` and end with `head`. */
export interface ExportedChain {
  readonly chain: number;
  /**
   * The link that precedes the first exported record: the beginning of the chain, or the end of a dropped segment.
   */
  readonly after: ChainLink;
  readonly head: ChainLink;
}

/**
 * The first line of an export. The records follow, one per line, chain by chain and each chain in its order; since
 * the heads are known from the start, an export that ends early is recognisable.
 */
export interface ExportHeader {
  readonly kind: 'audit-export';
  readonly schema: 1;
  readonly exportedAt: string;
  /** Number of lines that follow. */
  readonly records: number;
  readonly chains: readonly ExportedChain[];
}

export function headerOf(chains: readonly ExportedChain[], now: number): ExportHeader {
  const records = chains.reduce((sum, { head, after }) => sum + head.seq - after.seq, 0);
  return { kind: 'audit-export', schema: 1, exportedAt: new Date(now).toISOString(), records, chains };
}

/** The header in a line; undefined if the line is not one. */
export function headerIn(line: unknown): ExportHeader | undefined {
  const { kind, schema, chains } = (line ?? {}) as Partial<ExportHeader>;
  const isHeader = kind === 'audit-export' && schema === 1 && Array.isArray(chains) && chains.every(isChain);
  return isHeader ? (line as ExportHeader) : undefined;
}

function isChain(value: unknown): boolean {
  const { chain, after, head } = (value ?? {}) as Partial<ExportedChain>;
  return Number.isSafeInteger(chain) && isLink(after) && isLink(head);
}

function isLink(value: unknown): boolean {
  const { seq, hash } = (value ?? {}) as Partial<ChainLink>;
  return Number.isSafeInteger(seq) && typeof hash === 'string';
}
