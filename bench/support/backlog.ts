import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Database } from '../../src/persistence/database/database';
import type { Dialect } from '../../src/persistence/database/dialect';
import { toRow } from '../../src/persistence/session/session.mapper';
import { activeSessions } from './guests';

export interface BacklogShape {
  readonly lanes: number;
  readonly eventsPerLane: number;
  /** Time of the first event, in epoch milliseconds; each lane begins a millisecond after the one before it. */
  readonly from: number;
  readonly sinks?: readonly string[];
}

/** Number of lanes in one statement, which the server aborts after five seconds. */
const LANES_AT_ONCE = 5_000;

/** Writes pending events directly into the tables, in a few statements: saving sessions would take minutes. */
export async function writeBacklog(
  db: Kysely<Database>,
  dialect: Dialect,
  { lanes, from, ...shape }: BacklogShape,
): Promise<void> {
  for (let written = 0; written < lanes; written += LANES_AT_ONCE) {
    const some = Math.min(LANES_AT_ONCE, lanes - written);
    await writeLanes(db, dialect, { ...shape, lanes: some, from: from + written });
  }
}

async function writeLanes(
  db: Kysely<Database>,
  dialect: Dialect,
  { lanes, eventsPerLane, from, sinks = ['crm'] }: BacklogShape,
): Promise<void> {
  await writeSessions(db, dialect, lanes, from);
  const [sequences, sequence] = numbers(eventsPerLane);
  await sql`
    insert into session_event (id, conversation_id, sequence, state, occurred_at, metadata)
    with recursive ${sequences}
    select ${randomId(dialect)}, conversation_id, ${sequence},
      case when ${sequence} = 1 then 'connected' else 'terminated' end,
      created_at + ${sequence}, '{"queueId":"support","durationLimit":1800}'
    from session cross join numbers
    where created_at >= ${from} and created_at < ${from + lanes}`.execute(db);
  for (const sink of sinks) {
    await sql`
      insert into delivery
        (event_id, sink, conversation_id, sequence, status, attempts, queued_at, next_attempt_at)
      select id, ${sql.lit(sink)}, conversation_id, sequence, 'pending', 0, occurred_at, occurred_at
      from session_event
      where conversation_id in
        (select conversation_id from session where created_at >= ${from} and created_at < ${from + lanes})
      order by occurred_at`.execute(db);
  }
}

async function writeSessions(
  db: Kysely<Database>,
  dialect: Dialect,
  lanes: number,
  from: number,
): Promise<void> {
  const [template] = activeSessions(1, 'conversations-messaging');
  if (template === undefined) return;
  const [lanesTable, lane] = numbers(lanes);
  const values = Object.entries(toRow(template.snapshot)).map(([column, value]: [string, unknown]) => {
    if (column === 'conversation_id') return randomId(dialect);
    if (column === 'created_at') return sql`${sql.lit(from - 1)} + ${lane}`;
    return sql.lit(value);
  });
  const columns = Object.keys(toRow(template.snapshot)).map((column) => sql.ref(column));
  await sql`
    insert into session (${sql.join(columns)})
    with recursive ${lanesTable}
    select ${sql.join(values)} from numbers`.execute(db);
}

/** The numbers from 1 as a recursive table, and the name of its column. */
export function numbers(count: number): [table: RawBuilder<unknown>, column: RawBuilder<unknown>] {
  const table = sql`numbers (number) as
    (select 1 union all select number + 1 from numbers where number < ${sql.lit(count)})`;
  return [table, sql.ref('numbers.number')];
}

/** Random, as the service's own ids are. */
function randomId(dialect: Dialect): RawBuilder<unknown> {
  return dialect === 'postgres' ? sql`gen_random_uuid()::text` : sql`lower(hex(randomblob(16)))`;
}
