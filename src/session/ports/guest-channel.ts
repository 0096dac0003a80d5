import type { BeatOutcome as AnyBeatOutcome } from '../../heartbeat/domain/heartbeat-plan';
import type { EndDetection } from '../domain/end-detection';
import type { DisconnectMeans, UpstreamEndReason } from '../domain/session-state';
import type { Conversation, NewConversation } from './conversation';
import type { GuestAuthentication } from './guest-authentication';
import type { GuestMessaging } from './guest-messaging';

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
 *
 * @publicApi
 */
export type DisconnectOutcome =
  { readonly kind: 'confirmed'; readonly means?: DisconnectMeans } | { readonly kind: 'gone' };

/**
 * What came of an opening.
 *
 * @publicApi
 */
export interface Opened {
  /** The upstream's own answer, as it came. */
  readonly answer: Readonly<Record<string, unknown>>;
  /** When the upstream lets the conversation expire, in epoch milliseconds, where it says so. */
  readonly expiresAt?: number;
  /** The upstream has accepted the guest's login. */
  readonly isAuthenticated?: boolean;
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

  /** Whether the upstream is told the journey context of a guest; where it is not, none is given. */
  readonly tellsJourney: boolean = false;

  /** How guests talk over this channel; undefined when it only holds conversations. */
  readonly messaging: GuestMessaging | undefined;

  /** How guests log in over this channel; undefined when they cannot, and then `open` is given no login. */
  readonly authentication: GuestAuthentication | undefined;

  /** How an end by the agent is detected; undefined as long as that is not known. */
  endDetection(): EndDetection | undefined {
    return undefined;
  }

  /**
   * Opens the conversation under our own id and resolves once the upstream has it. May wait and repeat its request
   * until `deadlineAt` (of `performance.now()`): the id makes that harmless. The same conversation may be opened again by
   * another process, when the one before it is gone; one that is there already is a success. A thrown `UpstreamError` tells whether the
   * request may have taken effect.
   */
  abstract open(conversation: NewConversation, deadlineAt: number, signal: AbortSignal): Promise<Opened>;

  /** One sign of life; sends one request and never throws. `sequence` only grows over a conversation's life. */
  abstract beat(conversation: Conversation, sequence: number, signal: AbortSignal): Promise<BeatOutcome>;

  /** This process holds the conversation no longer: another one goes on with it. Ends nothing. */
  abstract leave(conversationId: string): void;

  /** Ends the conversation. Repeating it is harmless. */
  abstract disconnect(conversation: Conversation, signal: AbortSignal): Promise<DisconnectOutcome>;
}
