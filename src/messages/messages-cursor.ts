import * as cursors from '../common/pagination/cursor';
import { isStorableText } from '../common/validation/column-types';
import { isTimestamp } from '../common/validation/text.decorator';
import type { MessageQuery } from './ports/message.store';

type Position = NonNullable<MessageQuery['after']>;

/** Longer than any stored id. */
const MAX_ID_LENGTH = 256;

const POSITION = [
  cursors.partOf(isTimestamp),
  cursors.partOf((part) => isStorableText(part, MAX_ID_LENGTH)),
] as const;

/** Encodes a position in the messages of a conversation as an opaque text. */
export function encodeCursor({ sentAt, id }: Position, conversationId: string): string {
  return cursors.encodeCursor([conversationId], [sentAt, id]);
}

/** Throws `InvalidRequestError` for any text that `encodeCursor` did not make for the same conversation. */
export function decodeCursor(cursor: string, conversationId: string): Position {
  const [sentAt, id] = cursors.decodeCursor(cursor, [conversationId], POSITION);
  return { sentAt, id };
}
