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
 * A say in whether a session may be opened, beside the limits of the service.
 *
 * Every policy is asked about every opening, one after the other, before a slot is taken and anything is sent. It is
 * asked again when the caller tries again, and hears of nothing afterwards: what it needs to know of sessions that
 * live it does not get here.
 *
 * @publicApi
 */
export abstract class SessionPolicy {
  /** Part of answers, metrics and log lines. */
  abstract readonly name: string;

  /**
   * Returns when the session may be opened, and throws `SessionRefusedError` when it may not. Anything else that is
   * thrown means that nobody knows, and then nothing is opened. All policies together have two seconds; `signal`
   * aborts when they are over.
   */
  abstract check(asked: RequestedSession, signal: AbortSignal): void | Promise<void>;
}
