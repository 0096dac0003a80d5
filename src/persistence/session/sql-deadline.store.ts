import { Injectable } from '@nestjs/common';
import { type Kysely, sql } from 'kysely';
import { DeadlineStore } from '../../replica/ports/deadline.store';
import type { DeliveryStatus } from '../../sync/domain/delivery';
import type { Database } from '../database/database';
import { isOpenSession } from './sql-session-holders';
import { UnitOfWork } from '../database/unit-of-work';

/** Written out in the statement, so that the planner sees that the partial indexes fit. */
const PENDING = sql.lit<DeliveryStatus>('pending');

/** Deadlines in SQL; they are shifted in the order in which transactions lock. */
@Injectable()
export class SqlDeadlineStore extends DeadlineStore {
  constructor(private readonly unitOfWork: UnitOfWork) {
    super();
  }

  async shift(stepMs: number, committed: () => void): Promise<void> {
    await this.unitOfWork.run(async ({ db, afterCommit }) => {
      await shiftSessions(db, stepMs);
      await db
        .updateTable('idempotency_key')
        .set((eb) => ({ expires_at: eb('expires_at', '+', stepMs) }))
        .execute();
      await shiftDeliveries(db, stepMs);
      await db
        .updateTable('sink')
        .set((eb) => ({ quiet_until: eb('quiet_until', '+', stepMs) }))
        .execute();
      afterCommit(committed);
    });
  }

  bringForward(now: number, longestPauseMs: number): Promise<number> {
    const latest = now + longestPauseMs;
    return this.unitOfWork.run(async ({ db }) => {
      const changes = [
        await bringSessionsForward(db, now),
        await db
          .updateTable('session')
          .set((eb) => ({ disconnect_due_at: now, version: eb('version', '+', 1) }))
          .where('disconnect_due_at', '>', latest)
          .executeTakeFirst(),
        await db
          .updateTable('delivery')
          .set({ next_attempt_at: now })
          .where('status', '=', PENDING)
          .where('next_attempt_at', '>', latest)
          .executeTakeFirst(),
        await db
          .updateTable('delivery')
          .set({ claimed_by: null, claimed_until: null })
          .where('status', '=', PENDING)
          .where('claimed_until', '>', latest)
          .executeTakeFirst(),
        await db
          .updateTable('sink')
          .set({ quiet_until: null })
          .where('quiet_until', '>', latest)
          .executeTakeFirst(),
      ];
      return changes.reduce((sum, { numUpdatedRows }) => sum + Number(numUpdatedRows), 0);
    });
  }
}

/** Raises the versions as well, so that a save based on an earlier read is repeated. */
async function shiftSessions(db: Kysely<Database>, stepMs: number): Promise<void> {
  await db
    .updateTable('session')
    .set((eb) => ({
      started_at: eb('started_at', '+', stepMs),
      expires_at: eb('expires_at', '+', stepMs),
      ended_at: eb('ended_at', '+', stepMs),
      disconnect_due_at: eb('disconnect_due_at', '+', stepMs),
      version: eb('version', '+', 1),
    }))
    .where(isOpenSession)
    .execute();
}

async function shiftDeliveries(db: Kysely<Database>, stepMs: number): Promise<void> {
  await db
    .updateTable('delivery')
    .set((eb) => ({
      queued_at: eb('queued_at', '+', stepMs),
      next_attempt_at: eb('next_attempt_at', '+', stepMs),
      claimed_until: eb('claimed_until', '+', stepMs),
    }))
    .where('status', '=', PENDING)
    .execute();
}

/** Longer than `now` may be old at the statement, and than the clocks of replicas differ. */
const TOLERANCE_MS = 60_000;

/** A session that another replica reserved a moment ago is not touched: the change of its version would end its opening. */
function bringSessionsForward(
  db: Kysely<Database>,
  now: number,
): Promise<{ readonly numUpdatedRows: bigint }> {
  const furthest = sql<number>`${now} + duration_limit * 1000`;
  return db
    .updateTable('session')
    .set((eb) => ({ expires_at: furthest, version: eb('version', '+', 1) }))
    .where('ended_at', 'is', null)
    .where(sql<boolean>`expires_at > ${furthest} + ${TOLERANCE_MS}`)
    .executeTakeFirst();
}
