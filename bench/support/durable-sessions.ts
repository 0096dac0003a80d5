import type { Asked } from './relay-server';

export interface Reservation extends Asked {
  readonly conversationId: string;
  readonly guestToken: string;
  readonly createdAt: number;
}

/** An event as the CRM receives it. */
export interface RelayEvent {
  readonly id: string;
  readonly conversationId: string;
  readonly timestamp: string;
}

/**
 * The rows of the durable relay. Each method is one transaction, which is on the disk when the method has returned or
 * its promise resolves.
 */
export interface DurableSessions {
  /** Inserts the session before the upstream call. */
  reserve(session: Reservation): void | Promise<void>;
  /** Updates the session and inserts its event, after the upstream call. */
  activate(event: RelayEvent): void | Promise<void>;
  /** Marks the event as delivered. */
  settle(eventId: string): void | Promise<void>;
}

export const SCHEMA = `
  create table session (
    conversation_id text primary key, guest_token text not null, queue_id text not null, name text not null,
    locale text not null, capabilities text not null, duration_limit bigint not null, created_at bigint not null,
    state text not null
  );
  create table session_event (
    id text primary key, conversation_id text not null references session, body text not null, delivered_at bigint
  );
`;

/** Values of a new session, in the order of the columns of `SCHEMA`. */
export function valuesOf(session: Reservation): (string | number)[] {
  const { conversationId, guestToken, queueId, name, locale, capabilities, durationLimit, createdAt } =
    session;
  return [
    conversationId,
    guestToken,
    queueId,
    name,
    locale,
    JSON.stringify(capabilities),
    durationLimit,
    createdAt,
    'opening',
  ];
}
