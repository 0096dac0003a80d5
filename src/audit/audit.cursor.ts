import { createHash } from 'node:crypto';
import { canonicalJson } from '../common/json/canonical-json';
import * as cursors from '../common/pagination/cursor';
import type { AuditFilter, AuditPosition } from './ports/audit.trail';

/** A position in a list as an opaque text, bound to what the list was filtered by. */
export function encodeCursor({ at, chain, seq }: AuditPosition, filter: AuditFilter): string {
  return cursors.encodeCursor([nameOf(filter), at, chain, seq]);
}

/** Throws `InvalidRequestError` for anything that `encodeCursor` did not make for the same filter. */
export function decodeCursor(cursor: string, filter: AuditFilter): AuditPosition {
  const [name, ...position] = cursors.decodeCursor(cursor);
  const isOurs = name === nameOf(filter) && position.length === 3 && position.every(Number.isSafeInteger);
  if (!isOurs) throw cursors.invalidCursor();
  const [at, chain, seq] = position as [number, number, number];
  return { at, chain, seq };
}

/** As a hash: a filter may be longer than a cursor. */
function nameOf(filter: AuditFilter): string {
  return createHash('sha256')
    .update(`audit ${canonicalJson(filter)}`)
    .digest('base64url');
}
