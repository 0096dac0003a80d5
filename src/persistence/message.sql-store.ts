import { Injectable } from '@nestjs/common';
import type { Selectable } from 'kysely';
import { type MessageQuery, type MessageRequest, MessageStore } from '../messages/ports/message.store';
import type { ConversationMessage } from '../session/domain/conversation-message';
import { AuditWriter } from './audit.writer';
import type { ConversationEventTable } from './database';
import { forUpdate } from './dialect';
import { FeedWriter } from './feed.writer';
import { GuestSeal } from './guest.seal';
import { UnitOfWork, type Work } from './unit-of-work';

/** Messages in SQL: rows of `conversation_event`. */
@Injectable()
export class SqlMessageStore extends MessageStore {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly feed: FeedWriter,
    private readonly guests: GuestSeal,
    private readonly audit: AuditWriter,
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
      const owner = await lockOwner(work, conversationId);
      if (owner === undefined) return 0;
      const whose = { conversation_id: conversationId, owner };
      const added = await this.feed.writeMessages(work, whose, messages);
      if (added < messages.length) await addFingerprints(work, conversationId, messages);
      return added;
    });
  }

  async find(conversationId: string, reference: string): Promise<MessageRequest | undefined> {
    const row = await this.unitOfWork.read((db) =>
      db
        .selectFrom('conversation_event')
        .select(['id', 'body', 'fingerprint'])
        .where('conversation_id', '=', conversationId)
        .where('message_id', 'is not', null)
        .where('reference', '=', reference)
        .executeTakeFirst(),
    );
    if (row === undefined) return undefined;
    const message = this.messageIn(row);
    return { message, ...(row.fingerprint === null ? {} : { fingerprint: row.fingerprint }) };
  }

  async list(conversationId: string, { limit, after }: MessageQuery): Promise<ConversationMessage[]> {
    const rows = await this.unitOfWork.read((db) => {
      let query = db
        .selectFrom('conversation_event')
        .select(['id', 'body'])
        .where('conversation_id', '=', conversationId)
        .where('message_id', 'is not', null);
      if (after !== undefined) {
        query = query.where((eb) =>
          eb(eb.refTuple('at', 'message_id'), '>', eb.tuple(Date.parse(after.sentAt), after.id)),
        );
      }
      return query.orderBy('at').orderBy('message_id').limit(limit).execute();
    });
    return rows.map((row) => this.messageIn(row));
  }

  private messageIn(row: Pick<Selectable<ConversationEventTable>, 'id' | 'body'>): ConversationMessage {
    return JSON.parse(this.guests.openMessage(row.body, row.id)) as ConversationMessage;
  }
}

/** The owner of a session whose guest may be written about; its row stays locked, so that nobody erases it meanwhile. */
async function lockOwner({ db, dialect }: Work, conversationId: string): Promise<string | undefined> {
  const row = await forUpdate(
    dialect,
    db
      .selectFrom('session')
      .select('owner')
      .where('conversation_id', '=', conversationId)
      .where('erased_at', 'is', null),
  ).executeTakeFirst();
  return row?.owner;
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
