import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { DataRefusedError } from '../../common/errors/data-refused.errors';
import { PoisonMessageReporter } from '../../common/poison/poison-message-reporter';
import type { AuditDetail, AuditFact } from '../../audit/domain/audit-record';
import type { Attempt, Delivery, DeliveryStatus } from '../../sync/domain/delivery';
import { CRM_SINK, deliveryIdOf } from '../../sync/domain/delivery-id';
import { type Backlog, type Claim, OutboxStore, type ReceiverVerdict } from '../../sync/ports/outbox.store';
import { AuditWriter } from '../audit/audit-writer';
import { addingToCounters, COUNTERS } from '../replica/counters';
import type { DeliveryTable } from '../database/database';
import { type EventRow, storable, toAttemptRow, toDelivery } from './delivery.mapper';
import {
  type Claimed,
  type ClaimedRow,
  claimWanted,
  dueHeads,
  hasteningBehind,
  releaseQueues,
  waitingBehind,
} from './delivery-queue';
import { markFailing, silenceSink, sinkPaused } from './sql-sink.store';
import { insertingInto } from '../database/inserting-rows';
import { updatingRowOf } from '../database/updating-row';
import { GuestDataEncryption } from '../guest/guest-data-encryption';
import { isUnreadable } from '../persistence.errors';
import { UnitOfWork } from '../database/unit-of-work';
import type { Work } from '../database/work';

/** Written out in the statement, so that the planner sees that the partial indexes fit. */
const PENDING = sql.lit<DeliveryStatus>('pending');

/**
 * The outbox in SQL. Settling, postponing and burying change a delivery only while it is pending and still claimed by
 * the reporting relay; a later report changes and records nothing.
 */
@Injectable()
export class SqlOutboxStore extends OutboxStore {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly audit: AuditWriter,
    private readonly guests: GuestDataEncryption,
    private readonly poison: PoisonMessageReporter,
  ) {
    super();
  }

  async claim(claim: Claim): Promise<Delivery[]> {
    const { rows, events } = await this.claimed(claim);
    const byId = new Map(events.map((event) => [event.id, event]));
    const deliveries: Delivery[] = [];
    for (const row of rows) {
      const event = byId.get(row.event_id);
      const delivery = event === undefined ? undefined : await this.readable(event, row, claim.now);
      if (delivery !== undefined) deliveries.push(delivery);
    }
    return deliveries;
  }

  private claimed(claim: Claim): Promise<Claimed> {
    return this.unitOfWork.query((db, dialect) =>
      dialect === 'sqlite'
        ? claimWanted({ db, dialect }, claim)
        : db.transaction().execute((transaction) => claimWanted({ db: transaction, dialect }, claim)),
    );
  }

  /** Undefined for an event that cannot be read. It is buried, so that the others can be claimed. */
  private async readable(event: EventRow, row: ClaimedRow, now: number): Promise<Delivery | undefined> {
    try {
      return toDelivery(this.guests.decryptEvent(event), row);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      this.poison.report('deliveries', `${row.sink} ${event.id}`, error, event.conversation_id);
      const delivery = toDelivery({ ...event, metadata: '{}' }, row);
      await this.buryUnreadable(delivery, now);
      return undefined;
    }
  }

  /** If the database refuses the burial, the delivery stays claimed, which blocks only its own conversation queue. */
  private async buryUnreadable(delivery: Delivery, at: number): Promise<void> {
    try {
      await this.bury(delivery, { at, latencyMs: 0, error: 'The event cannot be read.' });
    } catch (error) {
      if (!(error instanceof DataRefusedError)) throw error;
      const { event, sink } = delivery;
      this.poison.report('deliveries', `${sink} ${event.id} unburied`, error, event.conversationId);
    }
  }

  async unclaim(sink: string, relay: string): Promise<void> {
    await this.unitOfWork.run(({ db }) =>
      db
        .updateTable('delivery')
        .set({ claimed_by: null, claimed_until: null })
        .where('sink', '=', sink)
        .where('status', '=', PENDING)
        .where('claimed_by', '=', relay)
        .execute(),
    );
  }

  async isDue(sink: string, now: number): Promise<boolean> {
    const rows = await this.unitOfWork.query((db) => dueHeads(db, { sink, now, limit: 1 }).execute());
    return rows.length > 0;
  }

  async settle(delivery: Delivery, attempt: Attempt): Promise<boolean> {
    const latency = Math.round(attempt.latencyMs);
    await this.whileClaimed(undefined, 'send', (work) => {
      const delivered = { status: 'delivered', settled_at: attempt.at, last_error: null } as const;
      change(work, delivery, attempt, delivered);
      const detail = { ...factsOf(delivery), latency };
      this.audit.write(work, [{ action: 'CRM_SYNC_SUCCESS', ...settled(delivery, 'delivered'), detail }]);
      if (delivery.sink === CRM_SINK) {
        const changes = { [COUNTERS.deliveries]: 1, [COUNTERS.deliveryLatencyMs]: latency };
        work.withCommit(...addingToCounters(work, changes));
      }
      return Promise.resolve(undefined);
    });
    return true;
  }

  async postpone(
    delivery: Delivery,
    attempt: Attempt,
    nextAttemptAt: number,
    verdict: ReceiverVerdict = {},
  ): Promise<boolean> {
    return this.whileClaimed(false, 'run', async (work) => {
      const attempts = delivery.attempts + 1;
      const failed = { attempts, next_attempt_at: nextAttemptAt, last_error: storable(attempt.error ?? '') };
      change(work, delivery, attempt, failed);
      // Before the sink's row, in the order in which transactions lock.
      await work.ask(waitingBehind(work.db, delivery, nextAttemptAt));
      if (attempts === 1) this.recordFailure(work, delivery, attempt, 'no');
      const isPaused = await silenceSink(work.db, delivery.sink, attempt.at, verdict);
      if (isPaused) this.audit.write(work, [sinkPaused(delivery.sink, 'receiver-gone')]);
      return isPaused;
    });
  }

  async bury(delivery: Delivery, attempt: Attempt): Promise<void> {
    await this.whileClaimed(undefined, 'run', (work) => {
      const attempts = delivery.attempts + 1;
      const last = { last_error: storable(attempt.error ?? '') };
      change(work, delivery, attempt, { status: 'dead', attempts, settled_at: attempt.at, ...last });
      this.recordFailure(work, delivery, attempt, 'yes');
      return Promise.resolve(undefined);
    });
  }

  /** Runs work that changes a delivery; resolves with `otherwise`, without any change, if the claim is over. */
  private async whileClaimed<T>(
    otherwise: T,
    how: 'send' | 'run',
    work: (work: Work) => Promise<T>,
  ): Promise<T> {
    try {
      return await this.unitOfWork[how](work);
    } catch (error) {
      if (error instanceof ClaimOverError) return otherwise;
      throw error;
    }
  }

  async release(sink: string, now: number): Promise<void> {
    await this.unitOfWork.run(async ({ db }) => {
      await releaseQueues(db, sink, now);
      await markFailing(db, sink, null);
    });
  }

  async markFailing(sink: string, until: number): Promise<void> {
    await this.unitOfWork.query((db) => markFailing(db, sink, until));
  }

  async backlog(sink: string): Promise<Backlog> {
    const { pending, oldestAt, blockedConversations, dead } = await this.unitOfWork.query((db) =>
      db
        .selectNoFrom([
          sql<number>`(select count(*) from delivery where sink = ${sink} and status = 'pending')`.as(
            'pending',
          ),
          sql<
            number | null
          >`(select min(queued_at) from delivery where sink = ${sink} and status = 'pending')`.as('oldestAt'),
          sql<number>`(select count(*) from delivery
            where sink = ${sink} and status = 'pending' and attempts > 0)`.as('blockedConversations'),
          sql<number>`(select count(*) from delivery where sink = ${sink} and status = 'dead')`.as('dead'),
        ])
        .executeTakeFirstOrThrow(),
    );
    return { pending, blockedConversations, dead, ...(oldestAt === null ? {} : { oldestAt }) };
  }

  private recordFailure(work: Work, delivery: Delivery, { error = '' }: Attempt, final: 'yes' | 'no'): void {
    const detail = { ...factsOf(delivery), error: storable(error), final };
    const state = final === 'yes' ? 'dead' : 'pending';
    const failed = { ...settled(delivery, state), outcome: 'failure', detail } as const;
    this.audit.write(work, [{ action: 'CRM_SYNC_FAILED', ...failed }]);
  }
}

function factsOf({ event, sink }: Delivery): AuditDetail {
  return { sink, state: event.state, sequence: event.sequence };
}

function settled(
  { event, sink }: Delivery,
  after: DeliveryStatus,
): Pick<AuditFact, 'target' | 'conversationId' | 'before' | 'after'> {
  const target = { type: 'delivery', id: deliveryIdOf({ sink, event }) } as const;
  return { target, conversationId: event.conversationId, before: 'pending', after };
}

/**
 * Records the attempt and its outcome, and releases the conversation queue if the delivery is done. Fails the transaction
 * with `ClaimOverError` if the relay's claim is no longer valid.
 */
function change(work: Work, delivery: Delivery, attempt: Attempt, changes: Partial<DeliveryTable>): void {
  const { claimedBy, event, sink, attempts } = delivery;
  const statement = changing(work, {
    changes: { ...changes, claimed_by: null, claimed_until: null },
    expected: {
      event_id: event.id,
      sink,
      status: 'pending',
      ...(claimedBy === undefined ? {} : { claimed_by: claimedBy }),
      // The same failure is counted once. An acceptance or a burial stands, whatever was counted meanwhile.
      ...(changes.status === undefined ? { attempts } : {}),
    },
  });
  work.sendGuarded(statement, () => new ClaimOverError());
  work.send(insertingAttempts(work, { rows: [toAttemptRow(delivery, attempt)] }));
  const hasHeldUp = attempts > 0 && changes.status !== undefined;
  if (hasHeldUp) work.send(hasteningBehind(work.db, delivery, attempt.at));
}

/** The delivery is no longer pending, or no longer claimed by the relay that reports on it. */
class ClaimOverError extends Error {}

const changing = updatingRowOf<DeliveryTable>('delivery');
const insertingAttempts = insertingInto<ReturnType<typeof toAttemptRow>>('delivery_attempt');
