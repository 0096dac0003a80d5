import type { ExpiryLimits, StoredConsoleSession } from '../domain/console-session';

/** The reason for which the service ends a session; absent where its caller logs out. */
export type EndReason = 'replaced' | 'limit' | 'credential-invalid';

/** Maximum numbers of sessions. */
export interface ConsoleSessionLimits {
  readonly perCaller: number;
  readonly inAll: number;
}

/**
 * The sessions of the console, which all replicas share. Expired ones are stored until they are purged. Beginnings and
 * ends are audited in their transactions; an expiry is not.
 *
 * Every method may throw `StorageUnavailableError`.
 */
export abstract class ConsoleSessionStore {
  /**
   * Stores a new session, and ends the one that it replaces, if any. Beyond a limit, it ends the sessions that were
   * used the longest ago, of this caller or of all; logins at the same moment may exceed a limit until the next one.
   */
  abstract create(
    session: StoredConsoleSession,
    limits: ConsoleSessionLimits,
    replacedId?: string,
  ): Promise<void>;

  abstract find(id: string): Promise<StoredConsoleSession | undefined>;

  /** Sets the time of the last use, unless it is later already. */
  abstract touch(id: string, at: number): Promise<void>;

  /** Idempotent: an end is recorded once. */
  abstract end(id: string, reason?: EndReason): Promise<void>;

  /** Removes expired sessions; returns how many, at most `limit`. */
  abstract purge(limits: ExpiryLimits, limit: number): Promise<number>;
}
