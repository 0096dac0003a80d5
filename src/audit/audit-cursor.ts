import { createHash } from 'node:crypto';
import { canonicalJson } from '../common/json/canonical-json';
import * as cursors from '../common/pagination/cursor';
import { isEpochMs, isWholeNumber } from '../common/validation/column-types';
import { CHAIN_COUNT } from './domain/audit-chain';
import type { AuditFilter, AuditPosition } from './ports/audit-trail';

const POSITION = [
  cursors.partOf(isEpochMs),
  cursors.partOf((part) => isWholeNumber(part, 0, CHAIN_COUNT - 1)),
  cursors.partOf((part) => isWholeNumber(part, 1)),
] as const;

/** Encodes a position in a list as an opaque text, bound to the filter of the list. */
export function encodeCursor({ at, chain, seq }: AuditPosition, filter: AuditFilter): string {
  return cursors.encodeCursor([nameOf(filter)], [at, chain, seq]);
}

/** Throws `InvalidRequestError` for any text that `encodeCursor` did not make for the same filter. */
export function decodeCursor(cursor: string, filter: AuditFilter): AuditPosition {
  const [at, chain, seq] = cursors.decodeCursor(cursor, [nameOf(filter)], POSITION);
  return { at, chain, seq };
}

/** A hash, since a filter may be longer than a cursor. */
function nameOf(filter: AuditFilter): string {
  return createHash('sha256')
    .update(`audit ${canonicalJson(filter)}`)
    .digest('base64url');
}
