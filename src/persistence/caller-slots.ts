import { type Kysely, type SelectQueryBuilder, sql } from 'kysely';
import { CallerSessionLimitReachedError } from '../session/domain/session.errors';
import type { CallerLimits } from '../session/ports/session.store';
import type { Database, SessionTable } from './database';

/** As in the partial index `session_live_of_owner`: the planner compares the texts. */
const IS_LIVE = sql<boolean>`state in ('connecting', 'active')`;

interface TakenSlots extends Database {
  readonly taken: Pick<SessionTable, 'oauth_client'>;
}

type CountOfSlots = SelectQueryBuilder<TakenSlots, 'taken', CallerLimits>;

/** Slots that a caller has taken, at most `limit` of them, which is as many index entries as are read. */
export function callerSlots(db: Kysely<Database>, owner: string, limit: number): CountOfSlots {
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

/**
 * Throws `CallerSessionLimitReachedError` where the caller has no room for this session. Exact in a transaction that
 * has raised the counter of all slots before, whose row lock admits one reservation at a time: those before it are
 * committed and visible. Releases that know nothing of shares take that lock too, so there is no second counter that
 * they could leave wrong.
 */
export async function assertCallerHasRoom(
  db: Kysely<Database>,
  { owner, oauth_client: client }: Pick<SessionTable, 'owner' | 'oauth_client'>,
  limits: CallerLimits,
): Promise<void> {
  const taken = await countCallerSlots(db, owner, limits.total);
  if (taken.total >= limits.total) throw new CallerSessionLimitReachedError(limits.total);
  if (client !== '' && taken.onClients >= limits.onClients)
    throw new CallerSessionLimitReachedError(limits.onClients, 'upstream-budget');
}
