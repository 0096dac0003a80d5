import { type Expression, type Selectable, sql, type SqlBool } from 'kysely';
import type { Attempt, Delivery, DeliveryRecord } from '../../sync/domain/delivery';
import type { DeliveryAttemptTable, DeliveryTable, SessionEventTable } from '../database/database';
import { toEvent } from '../session/session.mapper';

const MAX_ERROR_LENGTH = 500;

/** A list of deliveries is read without their traces. */
export type EventRow = Omit<Selectable<SessionEventTable>, 'traceparent'> &
  Partial<Pick<SessionEventTable, 'traceparent'>>;

export function toDelivery(
  event: EventRow,
  row: Pick<DeliveryTable, 'sink' | 'attempts' | 'queued_at' | 'claimed_by'>,
): Delivery {
  return {
    event: toEvent(event),
    sink: row.sink,
    attempts: row.attempts,
    queuedAt: row.queued_at,
    ...(row.claimed_by === null ? {} : { claimedBy: row.claimed_by }),
    ...(typeof event.traceparent === 'string' ? { traceparent: event.traceparent } : {}),
  };
}

export function toDeliveryRecord(event: EventRow, row: Selectable<DeliveryTable>): DeliveryRecord {
  return {
    ...toDelivery(event, row),
    status: row.status,
    nextAttemptAt: row.next_attempt_at,
    ...(row.settled_at === null ? {} : { settledAt: row.settled_at }),
    ...(row.last_error === null ? {} : { lastError: row.last_error }),
  };
}

export function toAttempt(row: Selectable<DeliveryAttemptTable>): Attempt {
  return {
    at: row.at,
    latencyMs: row.latency_ms,
    ...(row.status === null ? {} : { status: row.status }),
    ...(row.error === null ? {} : { error: row.error }),
  };
}

export function toAttemptRow(
  { event, sink }: Delivery,
  { at, latencyMs, status, error }: Attempt,
): Omit<DeliveryAttemptTable, 'id'> {
  return {
    event_id: event.id,
    sink,
    at,
    latency_ms: Math.round(latencyMs),
    status: status ?? null,
    error: error === undefined ? null : storable(error),
  };
}

/** Removes the null character, which receivers may send and PostgreSQL cannot store. */
export function storable(error: string): string {
  return error.slice(0, MAX_ERROR_LENGTH).replaceAll('\u0000', '\uFFFD');
}

/** Condition: no earlier delivery of the conversation queue is pending, and no relay has claimed this one. */
export function isHeadOfQueue(now: number): Expression<SqlBool> {
  return sql<SqlBool>`not exists (
    select 1 from delivery as other
    where other.sink = delivery.sink and other.conversation_id = delivery.conversation_id
      and other.status = 'pending'
      and (other.sequence < delivery.sequence or other.claimed_until > ${now}))`;
}

/** Condition: the sink takes events, so it is neither paused nor throttled. */
export function isOpen(sink: string, now: number): Expression<SqlBool> {
  return sql<SqlBool>`not exists (
    select 1 from sink where name = ${sink} and (paused_at is not null or quiet_until > ${now}))`;
}
