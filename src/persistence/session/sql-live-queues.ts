import { Injectable } from '@nestjs/common';
import { type RawBuilder, sql } from 'kysely';
import { LiveQueues } from '../../genesys/ports/live-queues';
import type { Dialect } from '../database/dialect';
import { UnitOfWork } from '../database/unit-of-work';

/** Condition of live sessions, written exactly as in the partial index, so that the planner uses it. */
const IS_LIVE = sql<boolean>`state in ('connecting', 'active')`;

/** Queues of live sessions in SQL: one step in the index for each queue (loose index scan). */
@Injectable()
export class SqlLiveQueues extends LiveQueues {
  constructor(private readonly unitOfWork: UnitOfWork) {
    super();
  }

  async ids(limit: number): Promise<readonly string[]> {
    const { rows } = await this.unitOfWork.query((db, dialect) => liveQueues(dialect, limit).execute(db));
    return rows.map(({ id }) => id);
  }
}

/**
 * The distinct queue ids of live sessions. Each row of the recursion finds the next greater id. SQLite is told the index,
 * since without statistics it prefers that of all states.
 */
export function liveQueues(dialect: Dialect, limit: number): RawBuilder<{ readonly id: string }> {
  const session = dialect === 'sqlite' ? sql`session indexed by session_live_queue` : sql`session`;
  return sql<{ readonly id: string }>`
    with recursive queue(id) as (
      select min(queue_id) from ${session} where ${IS_LIVE}
      union all
      select (select min(session.queue_id) from ${session} where ${IS_LIVE} and session.queue_id > queue.id)
      from queue where queue.id is not null
    )
    select id from queue where id is not null limit ${limit}`;
}
