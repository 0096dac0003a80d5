/** A login to the console, as it is stored. */
export interface StoredConsoleSession {
  /** SHA-256 of the token in the cookie, in base64url. */
  readonly id: string;
  /** The name of the caller that has logged in. */
  readonly caller: string;
  /** The caller's credential, encrypted with a key that only the token yields. */
  readonly credential: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly lastUsedAt: number;
}

/** Lifetimes of a session, in milliseconds. */
export interface Lifetimes {
  readonly idleMs: number;
  readonly maxMs: number;
}

/** The latest times at which sessions that are over now were used or created. */
export interface ExpiryLimits {
  readonly usedUpTo: number;
  readonly createdUpTo: number;
}

export function expiryLimitsAt(now: number, { idleMs, maxMs }: Lifetimes): ExpiryLimits {
  return { usedUpTo: now - idleMs, createdUpTo: now - maxMs };
}

/** Tells whether a session was idle for too long, or has reached its age. */
export function hasExpired(
  { createdAt, lastUsedAt }: Pick<StoredConsoleSession, 'createdAt' | 'lastUsedAt'>,
  { usedUpTo, createdUpTo }: ExpiryLimits,
): boolean {
  return lastUsedAt <= usedUpTo || createdAt <= createdUpTo;
}
