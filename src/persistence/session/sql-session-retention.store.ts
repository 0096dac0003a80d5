import { Injectable } from '@nestjs/common';
import { type Kysely, type SelectQueryBuilder, sql } from 'kysely';
import { SessionRetentionStore } from '../../privacy/ports/session-retention.store';
import { UNFINISHED_STATES } from '../../session/domain/session-state';
import type { Database, SessionTable } from '../database/database';
import { forgetOverwritten, forUpdate, ofFewLengths } from '../database/dialect';
import { removeTraces } from './session-traces';
import { UnitOfWork } from '../database/unit-of-work';
import type { Work } from '../database/work';

/** Ended sessions in SQL. */
@Injectable()
export class SqlSessionRetentionStore extends SessionRetentionStore {
  constructor(private readonly unitOfWork: UnitOfWork) {
    super();
  }

  async purge(endedBefore: number, limit: number): Promise<number> {
    const removed = await this.unitOfWork.run((work) => removeSome(work, endedBefore, limit));
    if (removed > 0) await this.unitOfWork.query(forgetOverwritten);
    return removed;
  }
}

async function removeSome(work: Work, endedBefore: number, limit: number): Promise<number> {
  const rows = await forUpdate(work.dialect, removable(work.db, endedBefore, limit)).execute();
  if (rows.length === 0) return 0;
  const ids = rows.map(({ conversation_id }) => conversation_id);
  await removeTraces(work.db, ids);
  const { numDeletedRows } = await work.db
    .deleteFrom('session')
    .where('conversation_id', 'in', ofFewLengths(ids))
    // An operator may have requeued one of their deliveries meanwhile.
    .where(
      sql<boolean>`not exists (
        select 1 from session_event where session_event.conversation_id = session.conversation_id)`,
    )
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}

/** Selects sessions that can be removed, the longest ended first. */
export function removable(
  db: Kysely<Database>,
  endedBefore: number,
  limit: number,
): SelectQueryBuilder<Database, 'session', Pick<SessionTable, 'conversation_id'>> {
  return (
    db
      .selectFrom('session')
      .select('conversation_id')
      .where('ended_at', '<', endedBefore)
      // Phrased as a negation, so that the planner does not pick the index of the states, which leads to all ended
      // sessions.
      .where('state', 'not in', UNFINISHED_STATES)
      .where('disconnect', '<>', 'pending')
      .where(
        sql<boolean>`not exists (
          select 1 from session_event join delivery on delivery.event_id = session_event.id
          where session_event.conversation_id = session.conversation_id and delivery.status <> 'delivered')`,
      )
      .orderBy('ended_at')
      .limit(limit)
  );
}
