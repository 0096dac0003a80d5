import { Clock } from '../../common/time/clock';
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { InsertObject } from 'kysely';
import type { StateChange } from '../../events/domain/feed-event';
import { CommitSignal } from '../../common/commit-signal';
import type { MessageRequest } from '../../messages/ports/message.store';
import type { SessionSnapshot } from '../../session/domain/session-snapshot';
import type { Database } from '../database/database';
import { numberSome } from './feed-numbering';
import { GuestDataEncryption } from '../guest/guest-data-encryption';
import type { Work } from '../database/unit-of-work';

type Row = InsertObject<Database, 'conversation_event'>;
type Whose = Pick<Row, 'conversation_id' | 'owner'>;

/** Writes the feed, in the transaction of the change and under the lock of the session; signals after the commit. */
@Injectable()
export class FeedWriter {
  constructor(
    private readonly guests: GuestDataEncryption,
    private readonly commits: CommitSignal,
    private readonly clock: Clock,
  ) {}

  /** Writes the session's new state. The session object still has the version from before the save. */
  async writeState(work: Work, session: Readonly<SessionSnapshot>): Promise<void> {
    const { conversationId, owner, state, endReason, endCause, version, genesysConversationId } = session;
    const change: StateChange = {
      state,
      ...(endReason === null ? {} : { endReason }),
      ...(endCause === null ? {} : { endCause }),
      version: version + 1,
      ...(genesysConversationId === undefined ? {} : { genesysConversationId }),
    };
    const row: Row = {
      ...this.rowOf({ conversation_id: conversationId, owner }),
      kind: 'state',
      at: this.clock.now(),
      body: JSON.stringify(change),
    };
    work.send(work.db.insertInto('conversation_event').values(row).compile());
    await this.written(work);
  }

  /** Returns how many of the messages were new. */
  async writeMessages(work: Work, whose: Whose, requests: readonly MessageRequest[]): Promise<number> {
    return this.insert(
      work,
      requests.map(({ message, fingerprint }) => {
        const row = this.rowOf(whose);
        return {
          ...row,
          kind: 'message' as const,
          message_id: message.id,
          reference: message.reference ?? null,
          fingerprint: fingerprint ?? null,
          at: Date.parse(message.sentAt),
          body: this.guests.sealMessage(JSON.stringify(message), row.id),
        };
      }),
    );
  }

  private rowOf(whose: Whose): Whose & { readonly id: string } {
    return { ...whose, id: randomUUID() };
  }

  private async insert(work: Work, rows: readonly Row[]): Promise<number> {
    const { numInsertedOrUpdatedRows = 0n } = await work.db
      .insertInto('conversation_event')
      .values(rows)
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow();
    if (numInsertedOrUpdatedRows === 0n) return 0;
    await this.written(work);
    return Number(numInsertedOrUpdatedRows);
  }

  private async written(work: Work): Promise<void> {
    // On PostgreSQL a position is assigned later, once it is certain which rows were committed.
    if (work.dialect === 'sqlite') await numberSome(work);
    work.afterCommit(() => {
      this.commits.notify('feed');
    });
  }
}
