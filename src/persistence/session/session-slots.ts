import type { Insertable, QueryResult, Transaction } from 'kysely';
import {
  CallerSessionLimitReachedError,
  SessionLimitReachedError,
} from '../../session/domain/session.errors';
import type { CallerLimits, SlotLimits } from '../../session/ports/session.store';
import { callerSlots } from './caller-slots';
import { COUNTERS, slotsOf, takingOne } from '../replica/counters';
import type { Database, SessionTable } from '../database/database';
import { inOneRoundTrip } from '../database/round-trip';

/**
 * Takes a slot for a new session and inserts it, in one round trip: the counters are locked from here to the commit,
 * and all other reservations wait for them. Throws `SessionLimitReachedError` or `CallerSessionLimitReachedError` if
 * there is no slot; the transaction must not commit then.
 *
 * The count of the caller's sessions is exact: the counter of all slots, raised before, admits one reservation at a
 * time, and earlier ones are committed and visible. Releases without caller shares take that lock too, so there is no
 * second counter that they could leave wrong.
 */
export async function takeSlot(
  db: Transaction<Database>,
  row: Insertable<SessionTable>,
  { total, ofClient, ofCaller }: SlotLimits,
): Promise<void> {
  const [all, onClient, , ofOwner] = await inOneRoundTrip(db, [
    takingOne(db, COUNTERS.slots, total),
    takingOne(db, slotsOf(row.oauth_client), ofClient),
    db.insertInto('session').values(row).compile(),
    ...(ofCaller === undefined ? [] : [callerSlots(db, row.owner, ofCaller.total + 1).compile()]),
  ]);
  if (!isTaken(all)) throw new SessionLimitReachedError(total);
  if (!isTaken(onClient)) throw new SessionLimitReachedError(ofClient, 'upstream-budget');
  if (ofCaller !== undefined) assertWithin(ofCaller, ofOwner?.rows[0] as CallerLimits, row.oauth_client);
}

function isTaken(result: QueryResult<unknown> | undefined): boolean {
  return result?.numAffectedRows === 1n;
}

/** The count includes the new session. */
function assertWithin(limits: CallerLimits, counted: CallerLimits, client: string): void {
  if (counted.total > limits.total) throw new CallerSessionLimitReachedError(limits.total);
  if (client !== '' && counted.onClients > limits.onClients)
    throw new CallerSessionLimitReachedError(limits.onClients, 'upstream-budget');
}
