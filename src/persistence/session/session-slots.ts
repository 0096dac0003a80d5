import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { DomainError } from '../../common/errors/domain.errors';
import { RequestInProgressError } from '../../session/domain/idempotency.errors';
import {
  CallerSessionLimitReachedError,
  GuestInSessionError,
  SessionLimitReachedError,
} from '../../session/domain/session.errors';
import type { SlotLimits } from '../../session/ports/session.store';
import { COUNTERS, slotsOf } from '../replica/counters';
import { batchable } from '../database/batchable';
import type { Database, SessionTable } from '../database/database';
import { columnsOf } from '../database/inserting-rows';
import { prepared } from '../database/prepared';
import type { Work } from '../database/work';
import { callerSlots } from './caller-slots';
import { type BatchOutcome, countingInserted, forgettingKeys, reservingAll } from './reservation-batch';
import { isInSession, type Limited, type Refusal, type Reservation } from './reservation';

export type ReservationOutcome = 'reserved' | Refusal;

const lockingOnce = prepared((db, { name }: { readonly name: string }) =>
  db.selectFrom('counter').select('value').where('name', '=', name).forUpdate(),
);

const lockingSlots = batchable(lockingOnce, {
  statement: (on, [first]) => (first === undefined ? undefined : lockingOnce(on, first)),
  isShared: true,
});

/** Inserts the session unless it is refused. */
const inserting = batchable(
  prepared((db, reservation: Reservation) => {
    const refusals = refusalsOf(db, reservation).map(([isRefused]) => isRefused);
    return sql`insert into session (${columnsOf(reservation.row)})
      select ${sql.join(Object.values(reservation.row))} where not (${sql.join(refusals, sql` or `)})`;
  }),
  // The statement of the outcomes inserts the sessions.
  { statement: () => undefined },
);

/** The conditions after the first true one are not evaluated. */
const selectingOutcome = batchable(
  prepared((db, reservation: Reservation): RawBuilder<{ outcome: ReservationOutcome }> => {
    const cases = [
      [isInserted(reservation.row), sql.lit('reserved')] as const,
      ...refusalsOf(db, reservation),
    ].map(([holds, outcome]) => sql`when ${holds} then ${outcome}`);
    return sql`select case ${sql.join(cases, sql` `)} end as outcome`;
  }),
  {
    statement: reservingAll,
    resultAt: (result, index) => ({ rows: result?.rows.slice(index, index + 1) ?? [] }),
    hasLeftOut: (result, index) => (result?.rows[index] as BatchOutcome).outcome === null,
  },
);

/** Adds one to both counters, creating them if need be, if the session was inserted. */
const counting = batchable(
  prepared((_, { row, all, client }: Pick<Reservation, 'row' | 'all' | 'client'>) => {
    const one = ({ name }: Limited): RawBuilder<unknown> => sql`select ${name}, 1 where ${isInserted(row)}`;
    return sql`insert into counter (name, value) ${one(all)} union all ${one(client)}
      on conflict (name) do update set value = counter.value + 1`;
  }),
  { statement: countingInserted },
);

const forgettingKey = batchable(
  prepared(
    (_, { row }: Pick<Reservation, 'row'>) =>
      sql`delete from idempotency_key where conversation_id = ${row.conversation_id} and not ${isInserted(row)}`,
  ),
  { statement: forgettingKeys },
);

/**
 * Queues a reservation behind what the work has sent before: takes a slot for a new session and inserts it, unless it
 * is refused; then nothing is left of it, nor of its idempotency key. `settle` gets the outcome with the commit.
 *
 * No statement waits for this process: PostgreSQL gets the reservation in one round trip with the commit, since all
 * other reservations wait for the counter that it locks. All limits are exact: that counter admits one at a time, and
 * each statement after its lock sees all earlier ones. Releases without caller shares take that lock too, so there is
 * no second counter that they could leave wrong.
 */
export function sendReservation(
  work: Work,
  row: SessionTable,
  { total, ofClient, ofCaller }: SlotLimits,
  { isKeyed, settle }: { readonly isKeyed: boolean; readonly settle: (outcome: ReservationOutcome) => void },
): void {
  const reservation: Reservation = {
    row,
    all: { name: COUNTERS.slots, limit: total },
    client: { name: slotsOf(row.oauth_client), limit: ofClient },
    ofCaller: ofCaller === undefined ? [] : [ofCaller],
    keyed: isKeyed ? [row.conversation_id] : [],
    addressed: typeof row.guest_address === 'string' ? [row.guest_address] : [],
  };
  // SQLite has a single writer.
  if (work.dialect === 'postgres') work.send(lockingSlots(work, { name: COUNTERS.slots }));
  work.send(inserting(work, reservation));
  work.sendObserved(selectingOutcome(work, reservation), ({ rows }) => {
    settle((rows[0] as { readonly outcome: ReservationOutcome }).outcome);
  });
  work.send(counting(work, reservation));
  if (isKeyed) work.send(forgettingKey(work, reservation));
}

export function refusalError(refusal: Refusal, { total, ofClient, ofCaller }: SlotLimits): DomainError {
  switch (refusal) {
    case 'key-in-use':
      return new RequestInProgressError();
    case 'guest-in-session':
      return new GuestInSessionError();
    case 'total':
      return new SessionLimitReachedError(total);
    case 'client':
      return new SessionLimitReachedError(ofClient, 'upstream-budget');
    case 'caller-total':
      return new CallerSessionLimitReachedError(ofCaller?.total ?? 0);
    case 'caller-clients':
      return new CallerSessionLimitReachedError(ofCaller?.onClients ?? 0, 'upstream-budget');
  }
}

/** The conditions that refuse a session, each with the outcome, in the order in which callers are told of them. */
function refusalsOf(
  db: Kysely<Database>,
  { row, all, client, ofCaller, keyed, addressed }: Reservation,
): (readonly [holds: RawBuilder<unknown>, outcome: RawBuilder<unknown>])[] {
  const isFull = ({ name, limit }: Limited): RawBuilder<unknown> =>
    sql`coalesce((select value from counter where name = ${name}), 0) >= ${limit}`;
  const named = (refusal: Refusal): RawBuilder<unknown> => sql.lit(refusal);
  return [
    ...keyed.map(
      (id) =>
        [
          sql`not exists (select 1 from idempotency_key where conversation_id = ${id})`,
          named('key-in-use'),
        ] as const,
    ),
    ...addressed.map((address) => [isInSession(address), named('guest-in-session')] as const),
    [isFull(all), named('total')],
    [isFull(client), named('client')],
    ...ofCaller.map(({ total, onClients }) => {
      const counted = sql`${callerSlots(db, row.owner, total)} as counted`;
      const hasAll = sql`counted.total >= ${total}`;
      const hasAllOnClients = sql`(${row.oauth_client} <> '' and counted."onClients" >= ${onClients})`;
      return [
        sql`exists (select 1 from ${counted} where ${hasAll} or ${hasAllOnClients})`,
        sql`(select case when ${hasAll} then ${named('caller-total')} else ${named('caller-clients')} end from ${counted})`,
      ] as const;
    }),
  ];
}

function isInserted({ conversation_id }: SessionTable): RawBuilder<unknown> {
  return sql`exists (select 1 from session where conversation_id = ${conversation_id})`;
}
