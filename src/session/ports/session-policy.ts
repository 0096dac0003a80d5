import type { SessionSnapshot } from '../domain/session-snapshot';

/**
 * A session as it was asked for, valid and with its defaults. It exists nowhere yet, and holds no secret.
 *
 * @publicApi
 */
export type RequestedSession = Readonly<
  Pick<SessionSnapshot, 'channel' | 'queueId' | 'name' | 'locale' | 'capabilities' | 'durationLimit'>
>;

/**
 * Decides whether a session may be opened, beside the limits of the service.
 *
 * Every policy is asked about every opening, one after the other, before a slot is taken and anything is sent. It is
 * asked again when the caller tries again, and hears of nothing afterwards: what it needs to know of sessions that
 * live it does not get here.
 *
 * @publicApi
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
