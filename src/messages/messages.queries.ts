import { Injectable } from '@nestjs/common';
import type { Caller } from '../access/domain/caller';
import { AuditReads } from '../audit/audit-reads';
import { readPage } from '../common/pagination/page';
import type { ConversationMessage } from '../session/domain/conversation-message';
import { foreignAct } from '../session/domain/foreign-act';
import { accessScopeOf } from '../session/domain/access-scope';
import { SessionQueries } from '../session/session.queries';
import { decodeCursor, encodeCursor } from './messages-cursor';
import { MessageStore } from './ports/message.store';

export interface MessagePage {
  readonly messages: readonly ConversationMessage[];
  /** The cursor of the next page; null on the last one. */
  readonly nextCursor: string | null;
}

/** Reads messages. Reads of the guests of other callers are audited first. */
@Injectable()
export class MessagesQueries {
  constructor(
    private readonly sessions: SessionQueries,
    private readonly messages: MessageStore,
    private readonly reads: AuditReads,
  ) {}

  /**
   * Lists the oldest first, by the upstream's time: a message that arrives late may belong before the end of a page
   * that was already read. Throws `SessionNotFoundError`, and `InvalidRequestError` for the cursor of another
   * session.
   */
  async list(
    conversationId: string,
    { limit, cursor }: { limit: number; cursor?: string },
    caller: Caller,
  ): Promise<MessagePage> {
    const session = await this.sessions.get(conversationId, accessScopeOf(caller));
    const after = cursor === undefined ? {} : { after: decodeCursor(cursor, conversationId) };
    await this.reads.record(foreignAct(caller, session, 'MESSAGES_READ'));
    const { items: messages, nextCursor } = await readPage(
      limit,
      (count) => this.messages.list(conversationId, { ...after, limit: count }),
      (last) => encodeCursor(last, conversationId),
    );
    return { messages, nextCursor };
  }
}
