import { Injectable } from '@nestjs/common';
import type { Kysely, Selectable, SelectQueryBuilder } from 'kysely';
import { PoisonMessageReporter } from '../../common/poison/poison-message-reporter';
import { FEED_START, type FeedEvent } from '../../events/domain/feed-event';
import { CoalescingRunner } from '../../common/limits/coalescing-runner';
import { EventFeed, type FeedFilter } from '../../events/ports/event-feed';
import { COUNTERS } from '../replica/counters';
import type { ConversationEventTable, Database } from '../database/database';
import { numberEvents } from './feed-numbering';
import { GuestDataEncryption } from '../guest/guest-data-encryption';
import { isUnreadable } from '../persistence.errors';
import { readableRows } from '../database/readable-rows';
import { UnitOfWork } from '../database/unit-of-work';

type Row = Pick<
  Selectable<ConversationEventTable>,
  'position' | 'id' | 'conversation_id' | 'owner' | 'kind' | 'at' | 'body'
>;

/** Builds the query of the feed. One of two indexes gives its order, so that its cost depends on the rows found. */
export function eventsAfter(
  db: Kysely<Database>,
  { position, limit, conversationId, owner }: FeedFilter & { position: number; limit: number },
): SelectQueryBuilder<Database, 'conversation_event', Row> {
  let query = db
    .selectFrom('conversation_event')
    .select(['position', 'id', 'conversation_id', 'owner', 'kind', 'at', 'body'])
    .where('position', '>', position);
  if (conversationId !== undefined) query = query.where('conversation_id', '=', conversationId);
  if (owner !== undefined) query = query.where('owner', '=', owner);
  return query.orderBy('position').limit(limit);
}

/** The feed in SQL. Reading it assigns positions to events that have none yet; see `numberEvents`. */
@Injectable()
export class SqlEventFeed extends EventFeed {
  /** Single flight: further calls would each hold a connection while they wait for the lock. */
  private readonly numbering = new CoalescingRunner(() => numberEvents(this.unitOfWork));

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly guests: GuestDataEncryption,
    private readonly poison: PoisonMessageReporter,
  ) {
    super();
  }

  async after(position: number, limit: number, filter: FeedFilter = {}): Promise<FeedEvent[]> {
    await this.numbering.run();
    const { items } = await readableRows<Row, FeedEvent>(
      limit,
      (last, size) => {
        const page = { ...filter, position: last?.position ?? position, limit: size };
        return this.unitOfWork.query((db) => eventsAfter(db, page).execute());
      },
      (row) => this.readableEventIn(row),
    );
    return [...items];
  }

  async latest(): Promise<number> {
    await this.numbering.run();
    return (await this.counter(COUNTERS.feed)) ?? FEED_START;
  }

  async reaches(position: number): Promise<boolean> {
    return (await this.lastAt(position)) !== undefined;
  }

  async reachesInClear(position: number): Promise<boolean> {
    const at = await this.lastAt(position);
    if (at === undefined) return false;
    return at < ((await this.counter(COUNTERS.feedInClearUntil)) ?? 0);
  }

  /** The time of the last event at or before a position. */
  private async lastAt(position: number): Promise<number | undefined> {
    const row = await this.unitOfWork.query((db) =>
      db
        .selectFrom('conversation_event')
        .select('at')
        .where('position', '<=', position)
        .orderBy('position', 'desc')
        .limit(1)
        .executeTakeFirst(),
    );
    return row?.at;
  }

  private async counter(name: string): Promise<number | undefined> {
    const row = await this.unitOfWork.query((db) =>
      db.selectFrom('counter').select('value').where('name', '=', name).executeTakeFirst(),
    );
    return row?.value;
  }

  /** Undefined for an event that cannot be read: readers of the feed skip it. */
  private readableEventIn(row: Row): FeedEvent | undefined {
    try {
      return this.eventIn(row);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      this.poison.report('events', row.id, error, row.conversation_id);
      return undefined;
    }
  }

  private eventIn({ position, id, conversation_id, owner, kind, at, body }: Row): FeedEvent {
    return {
      id,
      position: position ?? FEED_START,
      conversationId: conversation_id,
      owner,
      kind,
      at,
      body: JSON.parse(this.guests.decryptMessage(body, id)) as unknown,
    } as FeedEvent;
  }
}
