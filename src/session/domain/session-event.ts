/**
 * The states of a session that the CRM hears of. Each is sent at most once per session.
 *
 * @publicApi
 */
export type CrmState = 'connected' | 'disconnected' | 'terminated';

/**
 * What an event says; a `test` is of no session, and was sent because an operator wanted to see whether it arrives.
 *
 * @publicApi
 */
export type EventState = CrmState | 'test';

/**
 * A change of a session that others are told about, durable from the transaction that made it.
 * `sequence` numbers the events of one conversation from 1, without gaps.
 *
 * @publicApi
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
