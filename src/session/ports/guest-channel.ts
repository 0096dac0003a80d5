import type { BeatOutcome as AnyBeatOutcome } from '../../heartbeat/domain/heartbeat-plan';
import type { EndDetection } from '../domain/end-detection';
import type { DisconnectMeans, UpstreamEndReason } from '../domain/session-state';
import type { Conversation, NewConversation } from './conversation';
import type { GuestAuthentication } from './guest-authentication';
import type { GuestMessaging } from './guest-messaging';

export type { Conversation, NewConversation };

/** Outcome of one beat; `gone` has a reason if the upstream gives one, and `endCause` is the upstream's own word. */
export type BeatOutcome =
  | Exclude<AnyBeatOutcome, { kind: 'gone' }>
  | { readonly kind: 'gone'; readonly reason?: UpstreamEndReason; readonly endCause?: string };

/** `gone`: there was no conversation (any more). */
export type DisconnectOutcome =
  { readonly kind: 'confirmed'; readonly means?: DisconnectMeans } | { readonly kind: 'gone' };

/** The result of an opening. */
export interface Opened {
  /** The upstream's own response, unchanged. */
  readonly answer: Readonly<Record<string, unknown>>;
  /** The time at which the upstream lets the conversation expire, in epoch milliseconds, if it states one. */
  readonly expiresAt?: number;
  /** True if the upstream has accepted the guest's login. */
  readonly isAuthenticated?: boolean;
}

/**
 * A way to hold guest conversations in Genesys Cloud.
 *
 * Every call ends by its signal or its own time-out. Upstream failures are thrown as an `UpstreamError`; a channel
 * neither stores session state nor decides the fate of a session.
 */
export abstract class GuestChannel {
  /** The name by which a request chooses the channel; stored with the session. */
  abstract readonly name: string;

  /** True if each beat is a request on the budget of an OAuth client. */
  readonly beatsOnBudget: boolean = true;

  /** True if the channel sends the journey context of a guest; otherwise none is passed. */
  readonly tellsJourney: boolean = false;

  /** Messaging over this channel; undefined if it only holds conversations. */
  readonly messaging: GuestMessaging | undefined;

  /** Logins over this channel; undefined if it supports none, and then `open` gets no login. */
  readonly authentication: GuestAuthentication | undefined;

  /** The way in which an end by the agent is detected; undefined while unknown. */
  endDetection(): EndDetection | undefined {
    return undefined;
  }

  /**
   * Opens the conversation under our own id and resolves once the upstream has it. May wait and repeat its request
   * until `deadlineAt` (of `performance.now()`): the id makes that idempotent. Another process may open the same
   * conversation again after this one is gone; an existing conversation is a success. A thrown `UpstreamError` tells
   * whether the request may have taken effect.
   */
  abstract open(conversation: NewConversation, deadlineAt: number, signal: AbortSignal): Promise<Opened>;

  /** Sends one heartbeat in one request; never throws. `sequence` only grows over a conversation's life. */
  abstract beat(conversation: Conversation, sequence: number, signal: AbortSignal): Promise<BeatOutcome>;

  /** This process no longer holds the conversation: another one continues it. Does not end it. */
  abstract leave(conversationId: string): void;

  /** Ends the conversation. Idempotent. */
  abstract disconnect(conversation: Conversation, signal: AbortSignal): Promise<DisconnectOutcome>;
}
