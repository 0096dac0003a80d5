import { Injectable } from '@nestjs/common';
import { type Expression, type Selectable, sql, type SqlBool } from 'kysely';
import type { AuditAction, AuditDetail } from '../audit/domain/audit-record';
import type { Delivery } from '../sync/domain/delivery';
import { type Backlog, OutboxStore } from '../sync/ports/outbox.store';
import { AuditWriter } from './audit.writer';
import { addToCounters, COUNTERS } from './counters';
import type { DeliveryStatus, DeliveryTable, SessionEventTable } from './database';
import { toEvent } from './session.mapper';
import { UnitOfWork, type Work } from './unit-of-work';

const MAX_ERROR_LENGTH = 500;
/** Written out in the statement, so that the planner sees that the partial indexes fit. */
const PENDING = sql.lit<DeliveryStatus>('pending');

/**
 * The outbox in SQL. Settling, postponing and burying change a delivery only while it is pending; what came second
 * changes nothing and records nothing.
 */
@Injectable()
export class SqlOutboxStore extends OutboxStore {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly audit: AuditWriter,
  ) {
    super();
  }

  async due(sink: string, now: number, limit: number): Promise<Delivery[]> {
    const rows = await this.unitOfWork.read((db) =>
      db
        .selectFrom('delivery')
        .innerJoin('session_event', 'session_event.id', 'delivery.event_id')
        .selectAll('session_event')
        .select(['delivery.sink', 'delivery.attempts'])
        .where('delivery.sink', '=', sink)
        .where('delivery.status', '=', PENDING)
        .where('delivery.next_attempt_at', '<=', now)
        .where(isHeadOfLane())
        .orderBy('delivery.next_attempt_at')
        .orderBy('delivery.sequence')
        .limit(limit)
        .execute(),
    );
    return rows.map(toDelivery);
  }

  async settle(delivery: Delivery, at: number, latencyMs: number): Promise<void> {
    const latency = Math.round(latencyMs);
    await this.unitOfWork.run(async (work) => {
      if (!(await change(work, delivery, { status: 'delivered', settled_at: at }))) return;
      await this.record(work, 'CRM_SYNC_SUCCESS', delivery, at, { latency });
      // Last, because every other settlement waits for these two rows until this one has committed.
      await addToCounters(work.db, { [COUNTERS.deliveries]: 1, [COUNTERS.deliveryLatencyMs]: latency });
    });
  }

  async postpone(delivery: Delivery, at: number, nextAttemptAt: number, error: string): Promise<void> {
    await this.unitOfWork.run(async (work) => {
      const attempts = delivery.attempts + 1;
      const failed = { attempts, next_attempt_at: nextAttemptAt, last_error: storable(error) };
      if (!(await change(work, delivery, failed)) || attempts > 1) return;
      await this.record(work, 'CRM_SYNC_FAILED', delivery, at, { error: storable(error), final: 'no' });
    });
  }

  async bury(delivery: Delivery, at: number, error: string): Promise<void> {
    await this.unitOfWork.run(async (work) => {
      const attempts = delivery.attempts + 1;
      const buried = { status: 'dead', attempts, settled_at: at, last_error: storable(error) } as const;
      if (!(await change(work, delivery, buried))) return;
      await this.record(work, 'CRM_SYNC_FAILED', delivery, at, { error: storable(error), final: 'yes' });
    });
  }

  async backlog(sink: string): Promise<Backlog> {
    const row = await this.unitOfWork.read((db) =>
      db
        .selectFrom('delivery')
        .select((eb) => [eb.fn.countAll<number>().as('pending'), eb.fn.min('queued_at').as('oldestAt')])
        .where('sink', '=', sink)
        .where('status', '=', PENDING)
        .executeTakeFirstOrThrow(),
    );
    // The least of no rows is null.
    const oldestAt = row.oldestAt as number | null;
    return { pending: row.pending, ...(oldestAt === null ? {} : { oldestAt }) };
  }

  private async record(
    work: Work,
    action: AuditAction,
    { event, sink }: Delivery,
    at: number,
    facts: AuditDetail,
  ): Promise<void> {
    const { conversationId, state, sequence } = event;
    await this.audit.write(work, [
      { action, conversationId, at, detail: { sink, state, sequence, ...facts } },
    ]);
  }
}

/** No earlier delivery of the same conversation to the same sink is pending. */
function isHeadOfLane(): Expression<SqlBool> {
  return sql<SqlBool>`not exists (
    select 1 from delivery as earlier
    where earlier.sink = delivery.sink and earlier.conversation_id = delivery.conversation_id
      and earlier.status = 'pending' and earlier.sequence < delivery.sequence)`;
}

/** Returns whether the delivery was still pending. */
async function change(work: Work, delivery: Delivery, values: Partial<DeliveryTable>): Promise<boolean> {
  const { numUpdatedRows } = await work.db
    .updateTable('delivery')
    .set(values)
    .where('event_id', '=', delivery.event.id)
    .where('sink', '=', delivery.sink)
    .where('status', '=', PENDING)
    // The same failure is counted once. What was accepted or given up is so, whatever was counted meanwhile.
    .$if(values.status === undefined, (query) => query.where('attempts', '=', delivery.attempts))
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

function toDelivery(row: Selectable<SessionEventTable> & Pick<DeliveryTable, 'sink' | 'attempts'>): Delivery {
  return { event: toEvent(row), sink: row.sink, attempts: row.attempts };
}

/** What others wrote may hold anything, also the character that PostgreSQL cannot store. */
function storable(error: string): string {
  return error.slice(0, MAX_ERROR_LENGTH).replaceAll('\u0000', '\uFFFD');
}
