import { Injectable } from '@nestjs/common';
import type { Kysely, Selectable, SelectQueryBuilder } from 'kysely';
import { PoisonMessageReporter } from '../../common/poison/poison-message-reporter';
import { type MessageQuery, type MessageRequest, MessageStore } from '../../messages/ports/message.store';
import type { ConversationMessage } from '../../session/domain/conversation-message';
import { AuditWriter } from '../audit/audit-writer';
import type { ConversationEventTable, Database, SessionTable } from '../database/database';
import { forUpdate } from '../database/dialect';
import { FeedWriter } from '../feed/feed-writer';
import type { MessageOrigin } from '../outbox/message-event';
import { OutboxWriter } from '../outbox/outbox-writer';
import { GuestDataEncryption } from './guest-data-encryption';
import { isUnreadable } from '../persistence.errors';
import { readableRows } from '../database/readable-rows';
import { UnitOfWork } from '../database/unit-of-work';
import type { Work } from '../database/work';

type StoredMessage = Pick<Selectable<ConversationEventTable>, 'id' | 'body'>;
type Origin = MessageOrigin & Pick<SessionTable, 'owner'>;
type MessagePlace = Pick<Selectable<ConversationEventTable>, 'at' | 'message_id'>;
type ListedRow = StoredMessage & MessagePlace;

/** Messages in SQL: rows of `conversation_event`. */
@Injectable()
export class SqlMessageStore extends MessageStore {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly feed: FeedWriter,
    private readonly outbox: OutboxWriter,
    private readonly guests: GuestDataEncryption,
    private readonly audit: AuditWriter,
    private readonly poison: PoisonMessageReporter,
  ) {
    super();
  }

  async keep(conversationId: string, messages: readonly MessageRequest[]): Promise<number> {
    if (messages.length === 0) return 0;
    return this.unitOfWork.run(async (work) => {
      this.audit.write(
        work,
        messages.flatMap(({ act }) => act ?? []),
      );
      const origin = await lockOrigin(work, conversationId);
      if (origin === undefined) return 0;
      const whose = { conversation_id: conversationId, owner: origin.owner };
      const added = await this.feed.writeMessages(work, whose, messages);
      await this.outbox.writeMessages(work, origin, added);
      if (added.length < messages.length) await addFingerprints(work, conversationId, messages);
      return added.length;
    });
  }

  async find(conversationId: string, reference: string): Promise<MessageRequest | undefined> {
    const row = await this.unitOfWork.query((db) =>
      db
        .selectFrom('conversation_event')
        .select(['id', 'body', 'fingerprint'])
        .where('conversation_id', '=', conversationId)
        .where('message_id', 'is not', null)
        .where('reference', '=', reference)
        .executeTakeFirst(),
    );
    if (row === undefined) return undefined;
    const message = this.readableIn(conversationId, row);
    return message && { message, ...(row.fingerprint === null ? {} : { fingerprint: row.fingerprint }) };
  }

  async list(conversationId: string, { limit, after }: MessageQuery): Promise<ConversationMessage[]> {
    const start = after && { at: Date.parse(after.sentAt), message_id: after.id };
    const { items } = await readableRows<ListedRow, ConversationMessage>(
      limit,
      (last, size) =>
        this.unitOfWork.query((db) =>
          messagesAfter(db, conversationId, last ?? start)
            .limit(size)
            .execute(),
        ),
      (row) => this.readableIn(conversationId, row),
    );
    return [...items];
  }

  /** Undefined for a message that cannot be read: it is left out, so that the others can be read. */
  private readableIn(conversationId: string, { id, body }: StoredMessage): ConversationMessage | undefined {
    try {
      return JSON.parse(this.guests.decryptMessage(body, id)) as ConversationMessage;
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      // Names the row of the feed, since the feed skips it too.
      this.poison.report('events', id, error, conversationId);
      return undefined;
    }
  }
}

function messagesAfter(
  db: Kysely<Database>,
  conversationId: string,
  after: MessagePlace | undefined,
): SelectQueryBuilder<Database, 'conversation_event', ListedRow> {
  let query = db
    .selectFrom('conversation_event')
    .select(['id', 'body', 'at', 'message_id'])
    .where('conversation_id', '=', conversationId)
    .where('message_id', 'is not', null);
  if (after !== undefined) {
    query = query.where((eb) =>
      eb(eb.refTuple('at', 'message_id'), '>', eb.tuple(after.at, after.message_id)),
    );
  }
  return query.orderBy('at').orderBy('message_id');
}

/**
 * The session of messages if its guest is not erased; its row stays locked, so that no erasure runs meanwhile, and no other
 * transaction takes numbers of its events.
 */
async function lockOrigin({ db, dialect }: Work, conversationId: string): Promise<Origin | undefined> {
  return forUpdate(
    dialect,
    db
      .selectFrom('session')
      .select(['conversation_id', 'owner', 'channel', 'queue_id', 'guest_ref', 'genesys_conversation_id'])
      .where('conversation_id', '=', conversationId)
      .where('erased_at', 'is', null),
  ).executeTakeFirst();
}

async function addFingerprints(
  { db }: Work,
  conversationId: string,
  requests: readonly MessageRequest[],
): Promise<void> {
  for (const { message, fingerprint } of requests) {
    if (fingerprint === undefined) continue;
    await db
      .updateTable('conversation_event')
      .set({ fingerprint })
      .where('conversation_id', '=', conversationId)
      .where('message_id', '=', message.id)
      .where('fingerprint', 'is', null)
      .execute();
  }
}
