import { Injectable } from '@nestjs/common';
import { LiveQueues } from '../../genesys/ports/live-queues';
import { LIVE_STATES } from '../../session/domain/session-state';
import { UnitOfWork } from '../database/unit-of-work';

/**
 * Queues of live sessions in SQL. It reads every live session: an index of their queues would cost each opening a write, and
 * has misled the planner of PostgreSQL where it counts the sessions of a caller.
 */
@Injectable()
export class SqlLiveQueues extends LiveQueues {
  constructor(private readonly unitOfWork: UnitOfWork) {
    super();
  }

  async ids(limit: number): Promise<readonly string[]> {
    const rows = await this.unitOfWork.query((db) =>
      db
        .selectFrom('session')
        .select('queue_id')
        .distinct()
        .where('state', 'in', LIVE_STATES)
        .orderBy('queue_id')
        .limit(limit)
        .execute(),
    );
    return rows.map(({ queue_id }) => queue_id);
  }
}
