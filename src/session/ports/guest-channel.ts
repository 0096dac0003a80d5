import type { BeatOutcome as AnyBeatOutcome } from '../../heartbeat/domain/heartbeat-plan';
import type { EndDetection } from '../domain/end-detection';
import type { UpstreamStart } from '../domain/session';
import type { DisconnectMeans, UpstreamEndReason } from '../domain/session-state';
import type { Conversation, NewConversation } from './conversation';
import type { GuestAuthentication } from './guest-authentication';
import type { GuestMessaging } from './guest-messaging';
import type { OpeningMessages } from './opening-messages';

export type { Conversation, NewConversation };

/**
 * Outcome of one beat; `gone` has a reason where the upstream gives one, and `endCause` is the upstream's own word.
 *
 * @publicApi
 */
export type BeatOutcome =
  | Exclude<AnyBeatOutcome, { kind: 'gone' }>
  | { readonly kind: 'gone'; readonly reason?: UpstreamEndReason; readonly endCause?: string };

/**
 * `gone`: there was no conversation (any more).
 * `accepted`: the upstream has taken the request and does not show the end yet; an event or the next attempt confirms it.
 *
 * @publicApi
 */
export type DisconnectOutcome =
  | { readonly kind: 'confirmed'; readonly means?: DisconnectMeans }
  | { readonly kind: 'gone' }
  | { readonly kind: 'accepted' };

/**
 * Result of an opening.
 *
 * @publicApi
 */
export interface Opened extends UpstreamStart {
  /** The upstream's own response, unchanged. */
  readonly answer: Readonly<Record<string, unknown>>;
}

/**
 * A way to hold guest conversations in Genesys Cloud. A module registers it with `GuestChannels.add`.
 *
 * Every call ends by its signal or its own time-out. Upstream trouble is thrown as an `UpstreamError`; a channel
 * neither keeps session state nor decides what becomes of a session. It has three obligations:
 *
 * - **Lease fence.** `LeaseFence.assertValid()` comes right before each send, after everything that is waited for (a
 *   budget, a token, a connection): over HTTP as `beforeSend`. Without it two replicas may act for one conversation, such as after a
 *   process was frozen.
 * - **`mayHaveTakenEffect`.** The error of an opening says whether the upstream may hold the conversation all the same. When in
 *   doubt it is true: the conversation is then disconnected. False where it may have begun leaves it behind.
 * - **Budget.** With `beatsOnBudget` (the default) each session counts against the rate limit of an OAuth client, and is
 *   refused where no client has room. A channel without requests to the platform API sets it to false, and is then given
 *   no OAuth client.
 *
 * Implementations pass the suite `test/contract/guest-channel.contract.ts`. What a channel notices between its calls it
 * publishes through `ConversationEvents`. The unions of outcomes are closed: an end for a reason that `UpstreamEndReason`
 * does not have is `gone` without a reason, with the upstream's own word as `endCause`; a disconnect without one of
 * `DisconnectMeans` leaves `means` out.
 *
 * @publicApi
 */
export abstract class GuestChannel {
  /** The name by which a request chooses the channel; stored with the session. */
  abstract readonly name: string;

  /** Whether each beat is a request on the budget of an OAuth client, which `Conversation.oauthClient` then names. */
  readonly beatsOnBudget: boolean = true;

  /**
   * True if the guest's side outlives the conversation upstream, as a guest that could write again: it is disconnected when
   * the platform reports the end of the conversation.
   */
  readonly keepsGuest: boolean = true;

  /** True if the channel sends the journey context of a guest; otherwise none is passed. */
  readonly tellsJourney: boolean = false;

  /** Messaging over this channel; undefined if it only holds conversations. */
  readonly messaging: GuestMessaging | undefined;

  /** Logins over this channel; undefined if it supports none, and then `open` gets no login. */
  readonly authentication: GuestAuthentication | undefined;

  /** Opening messages over this channel; undefined if its conversations begin without one. */
  readonly openingMessages: OpeningMessages | undefined;

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
