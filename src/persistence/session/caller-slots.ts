import { type Expression, type Kysely, type SelectQueryBuilder, sql } from 'kysely';
import type { CallerLimits } from '../../session/ports/session.store';
import type { Database, SessionTable } from '../database/database';

/** As in the partial index `session_live_of_owner`: the planner compares the texts. */
const IS_LIVE = sql<boolean>`state in ('connecting', 'active')`;

interface TakenSlots extends Database {
  readonly taken: Pick<SessionTable, 'oauth_client'>;
}

type CountOfSlots = SelectQueryBuilder<TakenSlots, 'taken', CallerLimits>;

/** Counts the slots of a caller, up to `limit`, which bounds the index entries that are read. */
export function callerSlots(
  db: Kysely<Database>,
  owner: string | Expression<string>,
  limit: number | Expression<number>,
): CountOfSlots {
  const taken = db
    .selectFrom('session')
    .select('oauth_client')
    .where('owner', '=', owner)
    .where(IS_LIVE)
    .limit(limit);
  return db
    .selectFrom(taken.as('taken'))
    .select((eb) => [
      eb.fn.countAll<number>().as('total'),
      eb.fn.count<number>(sql`nullif(oauth_client, '')`).as('onClients'),
    ]);
}

export function countCallerSlots(db: Kysely<Database>, owner: string, limit: number): Promise<CallerLimits> {
  return callerSlots(db, owner, limit).executeTakeFirstOrThrow();
}
