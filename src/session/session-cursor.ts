import { createHash } from 'node:crypto';
import * as cursors from '../common/pagination/cursor';
import { isEpochMs } from '../common/validation/column-types';
import { isConversationId } from './domain/conversation-id';
import type { SessionFilter } from './domain/session-filter';

interface Position {
  readonly createdAt: number;
  readonly conversationId: string;
}

const POSITION = [
  cursors.partOf(isEpochMs),
  (part: unknown) => (typeof part === 'string' && isConversationId(part) ? part : undefined),
] as const;

/** A position in a list as an opaque text, bound to its filter. */
export function encodeCursor({ createdAt, conversationId }: Position, filter: SessionFilter): string {
  return cursors.encodeCursor([nameOf(filter)], [createdAt, conversationId]);
}

/** Throws `InvalidRequestError` for anything that `encodeCursor` did not make for the same filter. */
export function decodeCursor(cursor: string, filter: SessionFilter): Position {
  const [createdAt, conversationId] = cursors.decodeCursor(cursor, [nameOf(filter)], POSITION);
  return { createdAt, conversationId };
}

/** The owner and the less frequent fields as hashes: they may be longer than a cursor. */
function nameOf({ state, owner, ...others }: SessionFilter): string {
  const fields = Object.entries(others).sort(([one], [other]) => (one < other ? -1 : 1));
  return [
    state ?? '*',
    ...(owner === undefined ? [] : [hashOf(owner)]),
    ...(fields.length === 0 ? [] : [`?${hashOf(JSON.stringify(fields))}`]),
  ].join('/');
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
