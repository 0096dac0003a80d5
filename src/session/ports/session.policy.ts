import type { SessionSnapshot } from '../domain/session-snapshot';

/** A requested session, validated and with its defaults. It is not stored yet, and contains no secret. */
export type RequestedSession = Readonly<
  Pick<SessionSnapshot, 'channel' | 'queueId' | 'name' | 'locale' | 'capabilities' | 'durationLimit'>
>;

/**
 * Decides whether a session may be opened, beside the limits of the service.
 *
 * Every policy is evaluated for every opening, one after the other, before a slot is taken and anything is sent. It
 * is evaluated again when the caller retries, and is not notified afterwards: it has to get facts about live sessions
 * from other sources.
 */
export abstract class SessionPolicy {
  /** The name appears in responses, metrics and log lines. */
  abstract readonly name: string;

  /**
   * Returns if the session may be opened, and throws `SessionRefusedError` if not. Any other error means that the
   * decision is unknown, and then nothing is opened. All policies together have two seconds; then `signal` aborts.
   */
  abstract check(asked: RequestedSession, signal: AbortSignal): void | Promise<void>;
}
