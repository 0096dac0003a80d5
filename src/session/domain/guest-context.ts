import type { OpeningMessage } from './opening-message';
import type { SessionType } from './session-type';

/** The guest of a session in the customer journey of the caller's site or app. */
export interface JourneyContext {
  /** The caller's own id of the customer; analysts see it. */
  readonly customerId?: string;
  /** Id of the customer's visit; absent without `customerId`. */
  readonly sessionId?: string;
  /** `web` by default. */
  readonly sessionType?: SessionType;
}

/**
 * Context of a guest from the opening: encrypted at rest, erased with the guest, deleted once no upstream request
 * needs it, and never part of a response, event or log line.
 */
export interface GuestContext {
  /** Participant data that routing reads before the first message. */
  readonly customAttributes?: Readonly<Record<string, string>>;
  readonly journeyContext?: JourneyContext;
  /** On channels whose conversations begin with a message of the guest. */
  readonly openingMessage?: OpeningMessage;
}
