import { type QueryResult, sql } from 'kysely';
import {
  CallerSessionLimitReachedError,
  SessionLimitReachedError,
} from '../../session/domain/session.errors';
import type { CallerLimits, SlotLimits } from '../../session/ports/session.store';
import { callerSlots } from './caller-slots';
import { COUNTERS, slotsOf } from '../replica/counters';
import type { SessionTable } from '../database/database';
import { prepared } from '../database/prepared';
import { inOneRoundTrip } from '../database/round-trip';
import type { Work } from '../database/work';

/** A counter and its limit. */
interface Limited {
  readonly name: string;
  readonly limit: number;
}

/** Adds one to each of the two counters that is below its limit, creating it if need be, and returns their names. */
const takingSlots = prepared((db, { all, client }: { readonly all: Limited; readonly client: Limited }) =>
  db
    .insertInto('counter')
    .values([
      { name: all.name, value: 1 },
      { name: client.name, value: 1 },
    ])
    .onConflict((conflict) =>
      conflict
        .column('name')
        .doUpdateSet((eb) => ({ value: eb('counter.value', '+', 1) }))
        .where(
          sql<boolean>`counter.value < case when counter.name = ${all.name}
            then cast(${all.limit} as bigint) else cast(${client.limit} as bigint) end`,
        ),
    )
    .returning('name'),
);

const inserting = prepared((db, { row }: { readonly row: SessionTable }) =>
  db.insertInto('session').values(row),
);

const countingSlotsOf = prepared((db, { owner, limit }: { readonly owner: string; readonly limit: number }) =>
  callerSlots(db, owner, limit),
);

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
  work: Work,
  row: SessionTable,
  { total, ofClient, ofCaller }: SlotLimits,
): Promise<void> {
  const all = { name: COUNTERS.slots, limit: total };
  const client = { name: slotsOf(row.oauth_client), limit: ofClient };
  const [taken, , ofOwner] = await inOneRoundTrip(work.db, [
    takingSlots(work, { all, client }),
    inserting(work, { row }),
    ...(ofCaller === undefined
      ? []
      : [countingSlotsOf(work, { owner: row.owner, limit: ofCaller.total + 1 })]),
  ]);
  if (!isAmong(taken, all)) throw new SessionLimitReachedError(total);
  if (!isAmong(taken, client)) throw new SessionLimitReachedError(ofClient, 'upstream-budget');
  if (ofCaller !== undefined) assertWithin(ofCaller, ofOwner?.rows[0] as CallerLimits, row.oauth_client);
}

function isAmong(taken: QueryResult<unknown> | undefined, { name }: Limited): boolean {
  return (taken?.rows as readonly { readonly name: string }[]).some((counter) => counter.name === name);
}

/** The count includes the new session. */
function assertWithin(limits: CallerLimits, counted: CallerLimits, client: string): void {
  if (counted.total > limits.total) throw new CallerSessionLimitReachedError(limits.total);
  if (client !== '' && counted.onClients > limits.onClients)
    throw new CallerSessionLimitReachedError(limits.onClients, 'upstream-budget');
}
