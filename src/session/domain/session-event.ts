/** The states of a session that the CRM is notified of. Each is sent at most once per session. */
export type CrmState = 'connected' | 'disconnected' | 'terminated';

/** The state in an event; `test` belongs to no session, and is sent by an operator to check the delivery. */
export type EventState = CrmState | 'test';

/**
 * A change of a session that sinks are notified of, durable with the transaction of the change. `sequence` numbers
 * the events of one conversation from 1, without gaps.
 */
export interface SessionEvent {
  /** The same in every attempt to deliver it: the receiver's key against duplicates. */
  readonly id: string;
  readonly conversationId: string;
  readonly sequence: number;
  readonly state: EventState;
  /** Epoch milliseconds. */
  readonly occurredAt: number;
  readonly metadata: Readonly<Record<string, string | number>>;
}
