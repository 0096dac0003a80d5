import type { BeatOutcome } from '../../heartbeat/domain/heartbeat-plan';
import type { SessionSnapshot } from '../domain/session-snapshot';

export type { BeatOutcome };

/** What a channel needs to know of a session. */
export type Conversation = Readonly<
  Pick<
    SessionSnapshot,
    | 'conversationId'
    | 'oauthClient'
    | 'guestToken'
    | 'queueId'
    | 'name'
    | 'locale'
    | 'capabilities'
    | 'durationLimit'
    | 'createdAt'
  >
>;

/**
 * A way to hold guest conversations in Genesys Cloud.
 *
 * Every call ends by its signal or its own time-out. Upstream trouble is thrown as an `UpstreamError`; a channel
 * neither keeps session state nor decides what becomes of a session.
 */
export abstract class GuestChannel {
  /** The name by which a request chooses the channel; stored with the session. */
  abstract readonly name: string;

  /**
   * Opens the conversation under our own id and resolves with the upstream's answer. May wait and repeat its request
   * until `deadlineAt` (epoch milliseconds): the id makes that harmless. The same conversation may be opened again by
   * another process, when the one before it is gone; one that is there already is a success. A thrown `UpstreamError` tells whether the
   * request may have taken effect.
   */
  abstract open(
    conversation: Conversation,
    deadlineAt: number,
    signal: AbortSignal,
  ): Promise<Readonly<Record<string, unknown>>>;

  /** One sign of life; sends one request and never throws. `sequence` only grows over a conversation's life. */
  abstract beat(conversation: Conversation, sequence: number, signal: AbortSignal): Promise<BeatOutcome>;

  /** Ends the conversation. `gone`: there was none (any more). Repeating it is harmless. */
  abstract disconnect(conversation: Conversation, signal: AbortSignal): Promise<'confirmed' | 'gone'>;
}
