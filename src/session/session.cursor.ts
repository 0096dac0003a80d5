import * as cursors from '../common/pagination/cursor';
import { isConversationId } from './domain/conversation-id';
import type { SessionState } from './domain/session-state';

interface Position {
  readonly createdAt: number;
  readonly conversationId: string;
}

/** A position in a list as an opaque text, bound to the state that the list was filtered by. */
export function encodeCursor(
  { createdAt, conversationId }: Position,
  state: SessionState | undefined,
): string {
  return cursors.encodeCursor([state ?? '*', createdAt, conversationId]);
}

/** Throws `InvalidRequestError` for anything that `encodeCursor` did not make for the same filter. */
export function decodeCursor(cursor: string, state: SessionState | undefined): Position {
  const [filter, createdAt, conversationId] = cursors.decodeCursor(cursor);
  const isId = typeof conversationId === 'string' && isConversationId(conversationId);
  const isOurs = filter === (state ?? '*') && Number.isSafeInteger(createdAt) && isId;
  if (!isOurs) throw cursors.invalidCursor();
  return { createdAt: createdAt as number, conversationId };
}
