import { Injectable } from '@nestjs/common';
import type { Selectable } from 'kysely';
import { FEED_START, type FeedEvent } from '../events/domain/feed-event';
import { EventFeed, type FeedFilter } from '../events/ports/event.feed';
import type { ConversationEventTable } from './database';
import { numberEvents } from './feed.numbering';
import { GuestSeal } from './guest.seal';
import { UnitOfWork } from './unit-of-work';

type Row = Pick<
  Selectable<ConversationEventTable>,
  'position' | 'id' | 'conversation_id' | 'owner' | 'kind' | 'at' | 'body'
>;

/** The feed in SQL. Events that have no place in it yet get one when somebody looks; see `numberEvents`. */
@Injectable()
export class SqlEventFeed extends EventFeed {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly guests: GuestSeal,
  ) {
    super();
  }

  async after(position: number, limit: number, filter: FeedFilter = {}): Promise<FeedEvent[]> {
    await numberEvents(this.unitOfWork);
    const { conversationId, owner } = filter;
    const rows = await this.unitOfWork.read((db) => {
      let query = db
        .selectFrom('conversation_event')
        .select(['position', 'id', 'conversation_id', 'owner', 'kind', 'at', 'body'])
        .where('position', '>', position);
      if (conversationId !== undefined) query = query.where('conversation_id', '=', conversationId);
      if (owner !== undefined) query = query.where('owner', '=', owner);
      return query.orderBy('position').limit(limit).execute();
    });
    return rows.map((row) => this.eventIn(row));
  }

  async latest(): Promise<number> {
    await numberEvents(this.unitOfWork);
    const row = await this.unitOfWork.read((db) =>
      db
        .selectFrom('conversation_event')
        .select('position')
        .where('position', 'is not', null)
        .orderBy('position', 'desc')
        .limit(1)
        .executeTakeFirst(),
    );
    return row?.position ?? FEED_START;
  }

  async holds(position: number): Promise<boolean> {
    const row = await this.unitOfWork.read((db) =>
      db.selectFrom('conversation_event').select('id').where('position', '=', position).executeTakeFirst(),
    );
    return row !== undefined;
  }

  private eventIn({ position, id, conversation_id, owner, kind, at, body }: Row): FeedEvent {
    return {
      position: position ?? FEED_START,
      conversationId: conversation_id,
      owner,
      kind,
      at,
      body: JSON.parse(this.guests.openMessage(body, id)) as unknown,
    } as FeedEvent;
  }
}
