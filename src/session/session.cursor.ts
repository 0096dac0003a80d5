import { InvalidRequestError } from '../common/errors/invalid-request.error';
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
  return Buffer.from(JSON.stringify([state ?? '*', createdAt, conversationId])).toString('base64url');
}

/** Throws `InvalidRequestError` for anything that `encodeCursor` did not make for the same filter. */
export function decodeCursor(cursor: string, state: SessionState | undefined): Position {
  const parts = parse(cursor);
  const [filter, createdAt, conversationId] = Array.isArray(parts) ? (parts as unknown[]) : [];
  const isId = typeof conversationId === 'string' && isConversationId(conversationId);
  const isOurs = filter === (state ?? '*') && Number.isSafeInteger(createdAt) && isId;
  if (!isOurs) {
    throw new InvalidRequestError([
      {
        pointer: '#/cursor',
        code: 'invalid-cursor',
        detail: 'is not a cursor of this list; start from the first page',
      },
    ]);
  }
  return { createdAt: createdAt as number, conversationId };
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
