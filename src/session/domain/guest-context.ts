import type { SessionType } from './session-type';

/** The guest of a session in the customer journey of the caller's site or app. */
export interface JourneyContext {
  /** The caller's own id of the customer; analysts see it. */
  readonly customerId?: string;
  /** The customer's visit; there is none without `customerId`. */
  readonly sessionId?: string;
  /** `web` when absent. */
  readonly sessionType?: SessionType;
}

/**
 * Context of a guest, given with the opening: encrypted at rest, erased with the guest, deleted once nothing
 * is left to do upstream, and part of no answer, event or log line.
 */
export interface GuestContext {
  /** Participant data that routing reads before the first message. */
  readonly customAttributes?: Readonly<Record<string, string>>;
  readonly journeyContext?: JourneyContext;
}
