import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import type { Attempt, DeliveryRecord } from '../../sync/domain/delivery';
import { deliveryIdOf, type DeliveryKey } from '../../sync/domain/delivery-id';
import {
  DeliveryAdminStore,
  type DeliveryQuery,
  type ReplaySelection,
  type RetentionLimits,
} from '../../sync/ports/delivery-admin.store';
import { AuditWriter } from '../audit/audit-writer';
import type { Database, SessionEventTable } from '../database/database';
import {
  deliveriesWithEvents,
  deliveryListing,
  type JoinedDeliveries,
  type JoinedDelivery,
} from './delivery-listing';
import { toAttempt, toDeliveryRecord } from './delivery.mapper';
import { purgeDeliveries, purgeEvents } from './delivery-retention';
import { hasten, queueAnew, selectedEvents } from './delivery-replay';
import { GuestDataEncryption } from '../guest/guest-data-encryption';
import { isUnreadable } from '../persistence.errors';
import { UnitOfWork } from '../database/unit-of-work';
import type { Work } from '../database/work';

/** Number of events that one step of a replay reads. */
const REPLAY_STEP = 500;

/** Deliveries in SQL, as operators see and manage them. */
@Injectable()
export class SqlDeliveryAdminStore extends DeliveryAdminStore {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly audit: AuditWriter,
    private readonly guests: GuestDataEncryption,
  ) {
    super();
  }

  async list(query: DeliveryQuery): Promise<DeliveryRecord[]> {
    return this.select((db) => deliveryListing(db, query));
  }

  async find({ eventId, sink }: DeliveryKey): Promise<DeliveryRecord | undefined> {
    const found = await this.select((db) =>
      deliveriesWithEvents(db).where('delivery.event_id', '=', eventId).where('delivery.sink', '=', sink),
    );
    return found[0];
  }

  async attempts({ eventId, sink }: DeliveryKey): Promise<Attempt[]> {
    const rows = await this.unitOfWork.query((db) =>
      db
        .selectFrom('delivery_attempt')
        .selectAll()
        .where('event_id', '=', eventId)
        .where('sink', '=', sink)
        .orderBy('id')
        .execute(),
    );
    return rows.map(toAttempt);
  }

  async retry(key: DeliveryKey, at: number): Promise<boolean> {
    return this.unitOfWork.run(async (work) => {
      const row = await work.db
        .selectFrom('delivery')
        .select(['conversation_id', 'sequence'])
        .where('event_id', '=', key.eventId)
        .where('sink', '=', key.sink)
        .executeTakeFirst();
      if (row === undefined) return false;
      const only = { eventIds: [key.eventId], sink: key.sink };
      await queueAnew(work.db, only, at);
      await hasten(work.db, only, at);
      const detail = { sink: key.sink, sequence: row.sequence };
      const { conversation_id: conversationId } = row;
      const target = {
        type: 'delivery',
        id: deliveryIdOf({ sink: key.sink, event: { id: key.eventId } }),
      } as const;
      this.audit.write(work, [{ action: 'DELIVERY_RETRIED', target, conversationId, detail }]);
      return true;
    });
  }

  async replay(selection: ReplaySelection, at: number): Promise<number> {
    let replayed = 0;
    let after: Pick<SessionEventTable, 'occurred_at' | 'id'> | undefined;
    do {
      const isFirst = after === undefined;
      const page = await this.unitOfWork.query((db) =>
        selectedEvents(db, selection, after).limit(REPLAY_STEP).execute(),
      );
      const conversationIds = [...new Set(page.map((event) => event.conversation_id))];
      if (page.length > 0 || isFirst) replayed += await this.replayStep(selection, conversationIds, at);
      after = page.length < REPLAY_STEP ? undefined : page.at(-1);
    } while (after !== undefined);
    return replayed;
  }

  async purge({ deliveredBefore, deadBefore }: RetentionLimits, limit: number): Promise<number> {
    const delivered = await this.unitOfWork.run(({ db }) =>
      purgeDeliveries(db, 'delivered', deliveredBefore, limit),
    );
    const dead = await this.unitOfWork.run(({ db }) => purgeDeliveries(db, 'dead', deadBefore, limit));
    const events = await this.unitOfWork.run(({ db }) => purgeEvents(db, deliveredBefore, limit));
    return Math.max(delivered, dead, events);
  }

  /**
   * Requeues whole conversations, as far as they are selected, so that the first event of a conversation queue is never queued
   * after the second was delivered again. Each step audits its own result.
   */
  private replayStep(
    selection: ReplaySelection,
    conversationIds: readonly string[],
    at: number,
  ): Promise<number> {
    return this.unitOfWork.run(async (work) => {
      const { db } = work;
      const { sink, from, to } = selection;
      const eventIds = db
        .selectFrom('session_event')
        .select('id')
        .where('conversation_id', 'in', conversationIds)
        .$if(from !== undefined, (query) => query.where('occurred_at', '>=', from ?? 0))
        .$if(to !== undefined, (query) => query.where('occurred_at', '<', to ?? 0));
      const deliveries = { eventIds, unlessQueuedAt: at, ...(sink === undefined ? {} : { sink }) };
      const replayed =
        conversationIds.length === 0
          ? 0
          : (await queueAnew(db, deliveries, at)) + (await hasten(db, deliveries, at));
      this.recordReplay(work, selection, replayed);
      return replayed;
    });
  }

  private recordReplay(
    work: Work,
    { sink, conversationId, from, to }: ReplaySelection,
    replayed: number,
  ): void {
    const detail = {
      replayed,
      ...(sink === undefined ? {} : { sink }),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    };
    const about = conversationId === undefined ? {} : { conversationId };
    const target = { type: 'sink', id: sink ?? '*' } as const;
    this.audit.write(work, [{ action: 'DELIVERIES_REPLAYED', target, ...about, detail }]);
  }

  private async select(query: (db: Kysely<Database>) => JoinedDeliveries): Promise<DeliveryRecord[]> {
    const rows = await this.unitOfWork.query((db) => query(db).execute());
    return rows.map((row) => this.recordIn(row));
  }

  /** An event that cannot be read is shown without metadata: it must not hide its delivery, or others. */
  private recordIn(row: JoinedDelivery): DeliveryRecord {
    const event = { ...row, id: row.event_id };
    try {
      return toDeliveryRecord(this.guests.decryptEvent(event), row);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      return toDeliveryRecord({ ...event, metadata: '{}' }, row);
    }
  }
}
