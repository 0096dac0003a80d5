import { Injectable } from '@nestjs/common';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { SystemClock } from '../../common/time/system-clock';
import type { Session } from '../../session/domain/session';
import { SessionHolders } from '../../session/ports/session-holders';
import type { Database } from '../database/database';
import { databaseNow, type Dialect, ofFewLengths } from '../database/dialect';
import { GuestDataEncryption } from '../guest/guest-data-encryption';
import { toSession } from './session.mapper';
import { UnitOfWork } from '../database/unit-of-work';

const NOBODY = '';

/**
 * Condition for sessions that need a holder; written exactly as in the partial index, so that the planner uses it.
 */
export const isOpenSession = sql<boolean>`(ended_at is null or disconnect = 'pending')`;

/** Holders of sessions in SQL. */
@Injectable()
export class SqlSessionHolders extends SessionHolders {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly guests: GuestDataEncryption,
    private readonly clock: SystemClock,
  ) {
    super();
  }

  async claim(holder: string, limit: number): Promise<Session[]> {
    const { rows, at } = await this.unitOfWork.run(async ({ db, dialect }) => {
      const { rows: mine } = await orphans(dialect, limit).execute(db);
      if (mine.length === 0) return { rows: [] };
      const ids = mine.map(({ conversation_id }) => conversation_id);
      const claimed = await db
        .updateTable('session')
        .set({ holder })
        .where('conversation_id', 'in', ofFewLengths(ids))
        .returningAll()
        .execute();
      return { rows: claimed, at: dialect === 'postgres' ? await timeIn(db, dialect) : undefined };
    });
    // Moves the clock past everything that the former holders did, so that numbers based on time keep growing.
    if (at !== undefined) this.clock.follow(at);
    return rows.map((row) => toSession(this.guests.decryptSession(row)));
  }

  async release(holder: string, conversationIds?: readonly string[]): Promise<number> {
    if (conversationIds?.length === 0) return 0;
    const { numUpdatedRows } = await this.unitOfWork.query((db) =>
      db
        .updateTable('session')
        .set({ holder: NOBODY })
        .where('holder', '=', holder)
        .where(isOpenSession)
        .$if(conversationIds !== undefined, (query) =>
          query.where('conversation_id', 'in', ofFewLengths(conversationIds ?? [])),
        )
        .executeTakeFirstOrThrow(),
    );
    return Number(numUpdatedRows);
  }
}

/** The holders of sessions without a running replica: none, and the lost replicas. */
const GONE = sql`select ${sql.lit(NOBODY)} as id union all select id from replica where is_lost = 1`;

/**
 * Sessions without a running replica, locked on PostgreSQL without those that other replicas are claiming. The order
 * makes the planner of PostgreSQL use the index of holders, whatever its statistics say: right after a takeover they
 * still say that most sessions have no holder, and each look would read the whole table.
 */
export function orphans(dialect: Dialect, limit: number): RawBuilder<{ conversation_id: string }> {
  if (dialect === 'sqlite')
    return sql`select conversation_id from session where holder in (${GONE}) and ${isOpenSession} limit ${limit}`;
  return sql`
    select orphan.conversation_id from (${GONE}) as gone cross join lateral (
      select conversation_id from session where holder = gone.id and ${isOpenSession}
      order by conversation_id limit ${limit} for update skip locked
    ) as orphan limit ${limit}`;
}

async function timeIn(db: Kysely<Database>, dialect: Dialect): Promise<number> {
  const { now } = await db.selectNoFrom(databaseNow(dialect).as('now')).executeTakeFirstOrThrow();
  return now;
}
