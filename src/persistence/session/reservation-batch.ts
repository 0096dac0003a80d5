import { type CompiledQuery, sql } from 'kysely';
import { failingUnlessRows } from '../database/guards';
import { columnsOf } from '../database/inserting-rows';
import { prepared, type QueryContext } from '../database/prepared';
import { callerSlots } from './caller-slots';
import { isInSession, type Limited, type Reservation } from './reservation';

/** The values of the statement, as JSON documents but for `sample`, which has the names of the columns. */
interface ReservationBatch {
  readonly sample: object;
  readonly rows: string;
  readonly slots: string;
  readonly callers: string;
  readonly keyed: string;
  readonly addressed: string;
}

/** What several reservations take of one limit. */
interface Wanted extends Limited {
  readonly count: number;
}

interface WantedOfCaller {
  readonly owner: string;
  readonly total: number;
  readonly onClients: number;
  readonly count: number;
  readonly countOnClients: number;
}

/**
 * Inserts the sessions of several reservations, or fails if one of them is to be refused: each limit has to admit all
 * that count towards it. The lock of all reservations is held, as for a single one.
 */
export function insertingAll(on: QueryContext, all: readonly Reservation[]): CompiledQuery | undefined {
  const [first] = all;
  if (first === undefined) return undefined;
  const batch = {
    sample: first.row,
    rows: JSON.stringify(all.map(({ row }) => row)),
    slots: JSON.stringify(slotsWanted(all)),
    callers: JSON.stringify(callersWanting(all)),
    keyed: JSON.stringify(all.flatMap(({ keyed }) => keyed)),
    addressed: JSON.stringify(all.flatMap(({ addressed }) => addressed)),
  };
  return failingUnlessRows(inserting(on, batch), all.length);
}

const inserting = prepared((db, { sample, rows, slots, callers, keyed, addressed }: ReservationBatch) => {
  const counted = callerSlots(db, sql.ref('wanted.owner'), sql.ref('wanted.total'));
  return sql`
    insert into session (${columnsOf(sample)})
    select ${columnsOf(sample)} from json_populate_recordset(cast(null as session), ${rows})
    where not exists (
      select 1 from json_to_recordset(${slots}) as wanted(name text, count bigint, "limit" bigint)
      where coalesce((select value from counter where counter.name = wanted.name), 0) + wanted.count > wanted."limit")
    and not exists (
      select 1
      from json_to_recordset(${callers})
        as wanted(owner text, total bigint, "onClients" bigint, count bigint, "countOnClients" bigint)
      cross join lateral ${counted} as counted
      where counted.total + wanted.count > wanted.total
        or (wanted."countOnClients" > 0 and counted."onClients" + wanted."countOnClients" > wanted."onClients"))
    and not exists (
      select 1 from json_array_elements_text(${keyed}) as keyed(id)
      where not exists (select 1 from idempotency_key where conversation_id = keyed.id))
    and not exists (
      select 1 from json_array_elements_text(${addressed}) as guest(address)
      group by address having count(*) > 1 or ${isInSession(sql.ref('guest.address'))})`;
});

/** The slots by counter. Limits are settings, so they are the same in all reservations but for a change of settings. */
function slotsWanted(all: readonly Reservation[]): readonly Wanted[] {
  const wanted = new Map<string, Wanted>();
  for (const { name, limit } of all.flatMap((each) => [each.all, each.client])) {
    const before = wanted.get(name);
    wanted.set(name, {
      name,
      count: (before?.count ?? 0) + 1,
      limit: Math.min(limit, before?.limit ?? limit),
    });
  }
  return [...wanted.values()];
}

function callersWanting(all: readonly Reservation[]): readonly WantedOfCaller[] {
  const callers = new Map<string, WantedOfCaller>();
  for (const { row, ofCaller } of all) {
    const { owner } = row;
    const isOnClient = row.oauth_client !== '';
    for (const { total, onClients } of ofCaller) {
      const before = callers.get(owner) ?? { owner, total, onClients, count: 0, countOnClients: 0 };
      callers.set(owner, {
        ...before,
        count: before.count + 1,
        countOnClients: before.countOnClients + (isOnClient ? 1 : 0),
      });
    }
  }
  return [...callers.values()];
}
