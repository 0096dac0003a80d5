import { type RawBuilder, sql } from 'kysely';
import { toRow } from '../../src/persistence/session/session.mapper';
import type { SessionTable } from '../../src/persistence/database/database';
import type { ConsoleStorage } from './console-storage';
import { numbers } from './backlog';
import { insertRows } from './bulk-insert';
import { activeSessions } from './guests';

/** Values that only the oldest sessions have. */
export const RARE = { channel: 'open-messaging', queueId: 'closed-queue', caller: 'retired-caller' } as const;
export const QUEUES = Array.from({ length: 12 }, (_, index) => `queue-${index}`);
export const CALLERS = Array.from({ length: 20 }, (_, index) => `caller-${index}`);
export const OAUTH_CLIENT = 'bench-client';
/** The receivers of each event; only the first is one of the service. */
export const SINKS = ['crm', 'ledger'] as const;

/** Deliveries and sessions are kept for longer than that. */
const SPAN_MS = 6 * 86_400_000;
const DAY_MS = 86_400_000;
const RARE_SESSIONS = 20;
const SESSIONS_AT_ONCE = 1_000;
/** One delivery in so many sessions is dead, of the oldest fifth of them. */
const DEAD_EVERY = 250;
const DEAD_FROM = 0.8;
const DEAD_SEQUENCE = 3;
const ATTEMPTS_EVERY = 10;

export interface SessionsShape {
  readonly sessions: number;
  /** The newest sessions, which are active; the deliveries of their events are pending. */
  readonly live: number;
  readonly eventsEach: number;
  /** Epoch milliseconds of the newest session. */
  readonly now: number;
}

/** Writes sessions of the last six days, the index 0 being the newest, with the events and deliveries of each. */
export async function writeSessions(storage: ConsoleStorage, shape: SessionsShape): Promise<void> {
  for (let first = 0; first < shape.sessions; first += SESSIONS_AT_ONCE) {
    const count = Math.min(SESSIONS_AT_ONCE, shape.sessions - first);
    const rows = Array.from({ length: count }, (_, index) => rowOf(shape, first + index));
    const sealed = rows.map((row) => storage.encryption.encryptSession(row));
    await insertRows(storage.db, 'session', sealed);
    await writeEvents(storage, shape, [createdAt(shape, first + count - 1), createdAt(shape, first)]);
  }
  await storage.db.updateTable('counter').set({ value: shape.live }).where('name', '=', 'slots').execute();
}

/** The time of a session in epoch milliseconds. */
export function createdAt({ now, sessions }: SessionsShape, index: number): number {
  return now - index * stepMs(sessions);
}

function stepMs(sessions: number): number {
  return Math.floor(SPAN_MS / sessions);
}

function rowOf(shape: SessionsShape, index: number): SessionTable {
  const [session] = activeSessions(1, 'conversations-messaging');
  if (session === undefined) throw new Error('No session was made.');
  const at = createdAt(shape, index);
  const isRare = index >= shape.sessions - RARE_SESSIONS;
  const times = { created_at: at, started_at: at };
  return {
    ...toRow(session.snapshot),
    ...times,
    oauth_client: OAUTH_CLIENT,
    last_sequence: shape.eventsEach,
    expires_at: at + DAY_MS,
    owner: isRare ? RARE.caller : itemOf(CALLERS, index),
    queue_id: isRare ? RARE.queueId : itemOf(QUEUES, index),
    ...(index < shape.live ? {} : ended(at, index)),
    ...(index >= shape.live && index % 4 === 0 ? { channel: 'web-messaging' } : {}),
    ...(isRare ? { channel: RARE.channel } : {}),
  };
}

function ended(
  at: number,
  index: number,
): Pick<SessionTable, 'state' | 'end_reason' | 'ended_at' | 'disconnect' | 'expires_at'> {
  const common = { ended_at: at + 600_000, expires_at: at + 600_000 };
  if (index % 40 === 0) return { ...common, state: 'failed', end_reason: 'open-failed', disconnect: 'none' };
  if (index % 13 === 0)
    return { ...common, state: 'disconnected', end_reason: 'agent-ended', disconnect: 'none' };
  return { ...common, state: 'terminated', end_reason: 'requested', disconnect: 'confirmed' };
}

function itemOf(items: readonly string[], index: number): string {
  // Neighbours differ, and queues do not follow callers.
  return items[(index * 7 + Math.floor(index / items.length)) % items.length] ?? '';
}

type Times = readonly [from: number, to: number];

async function writeEvents(
  { db, dialect }: ConsoleStorage,
  shape: SessionsShape,
  times: Times,
): Promise<void> {
  const [table, sequence] = numbers(shape.eventsEach);
  const last = sql.lit(shape.eventsEach);
  await sql`
    insert into session_event (id, conversation_id, sequence, state, occurred_at, metadata)
    with recursive ${table}
    select ${uuid(dialect)}, conversation_id, ${sequence},
      case when ${sequence} = 1 then 'connected' when ${sequence} = ${last} then 'terminated' else 'agent-joined' end,
      created_at + ${sequence}, '{"queueId":"support","durationLimit":1800}'
    from session cross join numbers where ${within(times)}`.execute(db);
  for (const sink of SINKS) await writeDeliveries({ db, shape, times, sink });
}

interface Deliveries {
  readonly db: ConsoleStorage['db'];
  readonly shape: SessionsShape;
  readonly times: Times;
  readonly sink: string;
}

async function writeDeliveries({ db, shape, times, sink }: Deliveries): Promise<void> {
  const index = sql`((${sql.lit(shape.now)} - created_at) / ${sql.lit(stepMs(shape.sessions))})`;
  const isPending = sql`${index} < ${sql.lit(shape.live)}`;
  const firstDead = sql.lit(Math.floor(shape.sessions * DEAD_FROM));
  const isDead = sql`(${index} >= ${firstDead} and ${index} % ${sql.lit(DEAD_EVERY)} = 7
    and event.sequence = ${sql.lit(DEAD_SEQUENCE)})`;
  await sql`
    insert into delivery (event_id, sink, conversation_id, sequence, status, attempts, queued_at, next_attempt_at,
      settled_at, last_error)
    select event.id, ${sql.lit(sink)}, event.conversation_id, event.sequence,
      case when ${isPending} then 'pending' when ${isDead} then 'dead' else 'delivered' end,
      case when ${isPending} and event.sequence = 1 then 3 when ${isDead} then 12 else 0 end,
      occurred_at, case when ${isPending} then ${sql.lit(shape.now + DAY_MS)} else occurred_at end,
      case when not ${isPending} then occurred_at + 500 end, case when ${isDead} then 'status 503' end
    from session_event as event join session on session.conversation_id = event.conversation_id
    where ${within(times)}
    order by event.occurred_at`.execute(db);
  await sql`
    insert into delivery_attempt (event_id, sink, at, latency_ms, status, error)
    select event_id, sink, queued_at + 500, 20, case when status = 'delivered' then 200 else 503 end,
      case when status <> 'delivered' then 'status 503' end
    from delivery
    where sink = ${sql.lit(sink)} and queued_at >= ${sql.lit(times[0])} and queued_at < ${sql.lit(times[1] + stepMs(shape.sessions))}
      and (status <> 'delivered' or queued_at / ${sql.lit(stepMs(shape.sessions))} % ${sql.lit(ATTEMPTS_EVERY)} = 0)`.execute(
    db,
  );
}

function within([from, to]: Times): RawBuilder<unknown> {
  return sql`created_at >= ${sql.lit(from)} and created_at <= ${sql.lit(to)}`;
}

/** A random id in the form of the service's own. */
export function uuid(dialect: ConsoleStorage['dialect']): RawBuilder<unknown> {
  if (dialect === 'postgres') return sql`gen_random_uuid()::text`;
  const hex = (bytes: number): RawBuilder<unknown> => sql`lower(hex(randomblob(${sql.lit(bytes)})))`;
  return sql`${hex(4)} || '-' || ${hex(2)} || '-4' || substr(${hex(2)}, 2) || '-a' || substr(${hex(2)}, 2) || '-' || ${hex(6)}`;
}
