import { Injectable } from '@nestjs/common';
import type { ConversationMessage } from '../session/domain/conversation-message';
import type { Reach } from '../session/domain/reach';
import { SessionQueries } from '../session/session.queries';
import { decodeCursor, encodeCursor } from './messages.cursor';
import { MessageStore } from './ports/message.store';

export interface MessagePage {
  readonly messages: readonly ConversationMessage[];
  /** Where the next page begins; null on the last one. */
  readonly nextCursor: string | null;
}

/** Reads what was said; changes nothing. */
@Injectable()
export class MessagesQueries {
  constructor(
    private readonly sessions: SessionQueries,
    private readonly messages: MessageStore,
  ) {}

  /**
   * The oldest first, by the time that the upstream gives them: a message that arrives late may come before the end of a
   * page that was read. Throws `SessionNotFoundError`, and `InvalidRequestError` for the cursor of another session.
   */
  async list(
    conversationId: string,
    { limit, cursor }: { limit: number; cursor?: string },
    reach: Reach,
  ): Promise<MessagePage> {
    await this.sessions.get(conversationId, reach);
    const after = cursor === undefined ? {} : { after: decodeCursor(cursor, conversationId) };
    const found = await this.messages.list(conversationId, { ...after, limit: limit + 1 });
    const messages = found.slice(0, limit);
    const last = messages.at(-1);
    const hasMore = found.length > limit && last !== undefined;
    return { messages, nextCursor: hasMore ? encodeCursor(last, conversationId) : null };
  }
}
