import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { SessionArchive } from '../privacy/ports/session.archive';
import { FINAL_STATES } from '../session/domain/session-state';
import { forgetOverwritten, forUpdate, ofFewLengths } from './dialect';
import { removeTraces } from './session.traces';
import { UnitOfWork, type Work } from './unit-of-work';

/** Ended sessions in SQL. */
@Injectable()
export class SqlSessionArchive extends SessionArchive {
  constructor(private readonly unitOfWork: UnitOfWork) {
    super();
  }

  async purge(endedBefore: number, limit: number): Promise<number> {
    const removed = await this.unitOfWork.run((work) => removeSome(work, endedBefore, limit));
    if (removed > 0) await this.unitOfWork.read(forgetOverwritten);
    return removed;
  }
}

async function removeSome(work: Work, endedBefore: number, limit: number): Promise<number> {
  const ids = await removable(work, endedBefore, limit);
  if (ids.length === 0) return 0;
  await removeTraces(work.db, ids);
  const { numDeletedRows } = await work.db
    .deleteFrom('session')
    .where('conversation_id', 'in', ofFewLengths(ids))
    // An operator may have asked for one of their deliveries again meanwhile.
    .where(
      sql<boolean>`not exists (
        select 1 from session_event where session_event.conversation_id = session.conversation_id)`,
    )
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}

async function removable(
  { db, dialect }: Work,
  endedBefore: number,
  limit: number,
): Promise<readonly string[]> {
  const rows = await forUpdate(
    dialect,
    db
      .selectFrom('session')
      .select('conversation_id')
      .where('ended_at', '<', endedBefore)
      .where('state', 'in', FINAL_STATES)
      .where('disconnect', '<>', 'pending')
      .where(
        sql<boolean>`not exists (
          select 1 from session_event join delivery on delivery.event_id = session_event.id
          where session_event.conversation_id = session.conversation_id and delivery.status <> 'delivered')`,
      )
      .orderBy('ended_at')
      .limit(limit),
  ).execute();
  return rows.map(({ conversation_id }) => conversation_id);
}
