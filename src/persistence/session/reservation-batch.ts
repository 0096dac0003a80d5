import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import type { CallerLimits } from '../../session/ports/session.store';
import type { SessionTable } from '../database/database';
import { columnsOf } from '../database/inserting-rows';
import { prepared, type QueryContext } from '../database/prepared';
import { COUNTERS } from '../replica/counters';
import { callerSlots } from './caller-slots';
import { isInSession, type Refusal, type Reservation } from './reservation';

interface JsonReservations {
  /** Has the names of the columns. */
  readonly sample: SessionTable;
  readonly json: string;
  readonly slots: string;
}

/** A reservation as the statement reads it. */
interface Wanted {
  readonly index: number;
  readonly row: SessionTable;
  readonly client: string;
  readonly ofAll: number;
  readonly ofClient: number;
  readonly ofCaller: CallerLimits['total'] | null;
  readonly ofCallerOnClients: CallerLimits['onClients'] | null;
  readonly isKeyed: boolean;
}

/** The outcome is null for a reservation that the batch has left out. */
export interface BatchOutcome {
  readonly outcome: 'reserved' | Refusal | null;
}

/**
 * Inserts the sessions of several reservations, under the lock of all reservations, and returns the outcome of each. A
 * reservation is refused if it would be without the others of the batch. It is admitted if each limit has room for it behind
 * all that come before it and are not refused; of these some may not be admitted in the end, so that the others are left
 * out, for a decision of their own.
 */
export function reservingAll(on: QueryContext, all: readonly Reservation[]): CompiledQuery | undefined {
  const [first] = all;
  if (first === undefined) return undefined;
  const json = JSON.stringify(all.map(wantedOf));
  return reserving(on, { sample: first.row, json, slots: COUNTERS.slots });
}

function wantedOf({ row, all, client, ofCaller: [ofCaller], keyed }: Reservation, index: number): Wanted {
  return {
    index,
    row,
    client: client.name,
    ofAll: all.limit,
    ofClient: client.limit,
    ofCaller: ofCaller?.total ?? null,
    ofCallerOnClients: ofCaller?.onClients ?? null,
    isKeyed: keyed.length > 0,
  };
}

const IS_ON_CLIENT = sql`(wanted.row).oauth_client <> ''`;

const reserving = prepared((db, { sample, json, slots }: JsonReservations) => {
  const values = Object.keys(sample).map((name) => sql`(wanted.row).${sql.ref(name)}`);
  const counted = callerSlots(db, sql.ref('asking.owner'), sql.ref('asking.most'));
  return sql<BatchOutcome>`
    with wanted as materialized (
      select * from json_to_recordset(${json}) as wanted(
        index integer, row session, client text, "ofAll" bigint, "ofClient" bigint, "ofCaller" bigint,
        "ofCallerOnClients" bigint, "isKeyed" boolean)),
    caller as materialized (
      select asking.owner, counted.total, counted."onClients"
      from (select (wanted.row).owner as owner, max("ofCaller") as most from wanted where "ofCaller" is not null group by 1) as asking
      cross join lateral ${counted} as counted),
    judged as materialized (
      select wanted.*, coalesce(slots.value, 0) as taken, coalesce(on_client.value, 0) as "takenOnClient",
        caller.total as "takenByCaller", caller."onClients" as "takenByCallerOnClients",
        ${REFUSAL} as refusal
      from wanted
      left join counter as slots on slots.name = ${slots}
      left join counter as on_client on on_client.name = wanted.client
      left join caller on caller.owner = (wanted.row).owner),
    ranked as (
      select wanted.*,
        count(*) over (order by index) as nth,
        count(*) over (partition by client order by index) as "nthOnClient",
        count(*) over (partition by (wanted.row).owner order by index) as "nthOfCaller",
        count(*) filter (where ${IS_ON_CLIENT}) over (partition by (wanted.row).owner order by index) as "nthOfCallerOnClients",
        count(*) over (partition by coalesce((wanted.row).guest_address, cast(index as text)) order by index) as "nthOfGuest"
      from judged as wanted where refusal is null),
    admitted as (
      select * from ranked as wanted
      where "nthOfGuest" = 1 and not coalesce(
        taken + nth > "ofAll" or "takenOnClient" + "nthOnClient" > "ofClient"
        or "takenByCaller" + "nthOfCaller" > "ofCaller"
        or (${IS_ON_CLIENT} and "takenByCallerOnClients" + "nthOfCallerOnClients" > "ofCallerOnClients"), false)),
    inserted as (
      insert into session (${columnsOf(sample)}) select ${sql.join(values)} from admitted as wanted)
    select case when admitted.index is null then judged.refusal else 'reserved' end as outcome
    from judged left join admitted on admitted.index = judged.index
    order by judged.index`;
});

/** The conditions of a single reservation, in the same order. */
const REFUSAL: RawBuilder<Refusal | null> = sql`case
  when wanted."isKeyed"
    and not exists (select 1 from idempotency_key where conversation_id = (wanted.row).conversation_id) then 'key-in-use'
  when (wanted.row).guest_address is not null and ${isInSession(sql`(wanted.row).guest_address`)} then 'guest-in-session'
  when coalesce(slots.value, 0) >= wanted."ofAll" then 'total'
  when coalesce(on_client.value, 0) >= wanted."ofClient" then 'client'
  when caller.total >= wanted."ofCaller" then 'caller-total'
  when ${IS_ON_CLIENT} and caller."onClients" >= wanted."ofCallerOnClients" then 'caller-clients' end`;

/** A list of values as one JSON document. */
interface JsonList {
  readonly json: string;
}

/** Counts the slots of the sessions that were inserted. */
export function countingInserted(on: QueryContext, all: readonly Reservation[]): CompiledQuery {
  const taken = all.flatMap(({ row, all: slots, client }) =>
    [slots, client].map(({ name }) => ({ name, conversation_id: row.conversation_id })),
  );
  return counting(on, { json: JSON.stringify(taken) });
}

const counting = prepared(
  (_, { json }: JsonList) => sql`
    insert into counter (name, value)
    select name, count(*) from json_to_recordset(${json}) as taken(name text, conversation_id text)
    where exists (select 1 from session where session.conversation_id = taken.conversation_id)
    group by name order by name
    on conflict (name) do update set value = counter.value + excluded.value`,
);

/** Deletes the keys of reservations without a session. */
export function forgettingKeys(on: QueryContext, all: readonly Pick<Reservation, 'row'>[]): CompiledQuery {
  return forgetting(on, { json: JSON.stringify(all.map(({ row }) => row.conversation_id)) });
}

const forgetting = prepared(
  (_, { json }: JsonList) => sql`
    delete from idempotency_key where conversation_id in (
      select value from json_array_elements_text(${json})
      where not exists (select 1 from session where session.conversation_id = value))`,
);
