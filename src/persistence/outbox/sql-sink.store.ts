import { Injectable } from '@nestjs/common';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { AuditFact } from '../../audit/domain/audit-record';
import type { Attempt } from '../../sync/domain/delivery';
import type { ReceiverVerdict } from '../../sync/ports/outbox.store';
import { type PauseReason, type SinkState, SinkStore } from '../../sync/ports/sink.store';
import { AuditWriter } from '../audit/audit-writer';
import type { Database, SinkTable } from '../database/database';
import { storable } from './delivery.mapper';
import { releaseQueues } from './delivery-queue';
import { UnitOfWork } from '../database/unit-of-work';

/** The state of sinks in SQL. */
@Injectable()
export class SqlSinkStore extends SinkStore {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly audit: AuditWriter,
  ) {
    super();
  }

  async state(sink: string): Promise<SinkState> {
    const row = await this.unitOfWork.query((db) =>
      db.selectFrom('sink').selectAll().where('name', '=', sink).executeTakeFirst(),
    );
    return row === undefined ? {} : toState(row);
  }

  async pause(sink: string, at: number): Promise<void> {
    await this.unitOfWork.run(async (work) => {
      if (!(await pauseRow(work.db, sink, at, 'operator'))) return;
      this.audit.write(work, [sinkPaused(sink, 'operator')]);
    });
  }

  async resume(sink: string, at: number): Promise<void> {
    await this.unitOfWork.run(async (work) => {
      await releaseQueues(work.db, sink, at);
      const row = await work.db.deleteFrom('sink').where('name', '=', sink).returningAll().executeTakeFirst();
      const { paused } = row === undefined ? {} : toState(row);
      const before = paused === undefined ? 'running' : 'paused';
      const change = { before, after: 'running', detail: { sink } };
      this.audit.write(work, [{ action: 'SINK_RESUMED', target: { type: 'sink', id: sink }, ...change }]);
    });
  }

  async recordTest(sink: string, { latencyMs, status, error }: Attempt): Promise<void> {
    const detail = {
      sink,
      latency: Math.round(latencyMs),
      ...(status === undefined ? {} : { status }),
      ...(error === undefined ? {} : { error: storable(error) }),
    };
    const outcome = error === undefined ? 'success' : 'failure';
    await this.unitOfWork.run((work) => {
      this.audit.write(work, [
        { action: 'SINK_TESTED', target: { type: 'sink', id: sink }, outcome, detail },
      ]);
      return Promise.resolve();
    });
  }
}

export function sinkPaused(sink: string, reason: PauseReason): AuditFact {
  const change = { before: 'running', after: 'paused', detail: { sink, reason } };
  return { action: 'SINK_PAUSED', target: { type: 'sink', id: sink }, reason, ...change };
}

/** Throttles or pauses the sink as a failed attempt demands; returns whether it was paused now. */
export async function silenceSink(
  db: Kysely<Database>,
  sink: string,
  at: number,
  { retryAfter, isGone = false }: ReceiverVerdict,
): Promise<boolean> {
  if (retryAfter !== undefined) await throttle(db, sink, retryAfter);
  return isGone && pauseRow(db, sink, at, 'receiver-gone');
}

/** The longest of several requests counts. */
async function throttle(db: Kysely<Database>, sink: string, until: number): Promise<void> {
  await db
    .insertInto('sink')
    .values({ name: sink, paused_at: null, pause_reason: null, quiet_until: until })
    .onConflict((conflict) =>
      conflict
        .column('name')
        .doUpdateSet({ quiet_until: until })
        .where(sql<boolean>`coalesce(sink.quiet_until, 0) < ${until}`),
    )
    .execute();
}

/** Stores until when the receiver counts as failing, for all processes; null once it has recovered. */
export async function markFailing(db: Kysely<Database>, sink: string, until: number | null): Promise<void> {
  if (until === null) {
    await db
      .updateTable('sink')
      .set({ failing_until: null })
      .where('name', '=', sink)
      .where('failing_until', 'is not', null)
      .execute();
    return;
  }
  await db
    .insertInto('sink')
    .values({ name: sink, paused_at: null, pause_reason: null, quiet_until: null, failing_until: until })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ failing_until: until }))
    .execute();
}

async function pauseRow(
  db: Kysely<Database>,
  sink: string,
  at: number,
  reason: PauseReason,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('sink')
    .values({ name: sink, paused_at: at, pause_reason: reason, quiet_until: null })
    .onConflict((conflict) =>
      conflict
        .column('name')
        .doUpdateSet({ paused_at: at, pause_reason: reason })
        .where('sink.paused_at', 'is', null),
    )
    .executeTakeFirstOrThrow();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

function toState({ paused_at, pause_reason, quiet_until, failing_until }: Selectable<SinkTable>): SinkState {
  return {
    ...(paused_at === null ? {} : { paused: { at: paused_at, reason: pause_reason ?? 'operator' } }),
    ...(quiet_until === null ? {} : { retryAfter: quiet_until }),
    ...(failing_until === null ? {} : { failingUntil: failing_until }),
  };
}
