import { createHash } from 'node:crypto';
import * as cursors from '../common/pagination/cursor';
import { isEpochMs } from '../common/validation/column-types';
import { isConversationId } from './domain/conversation-id';
import type { AccessScope } from './domain/access-scope';
import type { SessionState } from './domain/session-state';

interface Position {
  readonly createdAt: number;
  readonly conversationId: string;
}

/** The filter of a list: sessions in one state or in all, within the access scope of a caller. */
interface Filter extends AccessScope {
  readonly state?: SessionState;
}

const POSITION = [
  cursors.partOf(isEpochMs),
  (part: unknown) => (typeof part === 'string' && isConversationId(part) ? part : undefined),
] as const;

/** A position in a list as an opaque text, bound to the state and the owner of the filter. */
export function encodeCursor({ createdAt, conversationId }: Position, filter: Filter): string {
  return cursors.encodeCursor([nameOf(filter)], [createdAt, conversationId]);
}

/** Throws `InvalidRequestError` for anything that `encodeCursor` did not make for the same filter. */
export function decodeCursor(cursor: string, filter: Filter): Position {
  const [createdAt, conversationId] = cursors.decodeCursor(cursor, [nameOf(filter)], POSITION);
  return { createdAt, conversationId };
}

/** The owner as a hash: a name may be longer than a cursor. */
function nameOf({ state, owner }: Filter): string {
  const ofState = state ?? '*';
  return owner === undefined
    ? ofState
    : `${ofState}/${createHash('sha256').update(owner).digest('base64url')}`;
}
