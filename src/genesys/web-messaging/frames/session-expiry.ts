/** The lifetime of a session as the server states it. */
export interface StatedExpiry {
  readonly durationSeconds: number | undefined;
  /** Epoch seconds. */
  readonly expirationDate: number | undefined;
}

export interface SessionExpiry {
  /** Lifetime from the last message. */
  readonly durationMs?: number;
  /** Epoch milliseconds. */
  readonly expiresAt?: number;
}

/** Upper bound of a plausible lifetime; epoch milliseconds in place of seconds exceed it by far. */
const MAX_SECONDS = 2 * 365 * 86_400;

/**
 * Computes the expiry of a session. A date in the past, or implausibly far ahead, is ignored: then, as without a date, the
 * session expires after its duration. Both results are whole milliseconds, as they are stored.
 */
export function expiryOf({ durationSeconds, expirationDate }: StatedExpiry, now: number): SessionExpiry {
  const durationMs = isSane(durationSeconds) ? Math.round(durationSeconds * 1000) : undefined;
  const isDateSane = expirationDate !== undefined && isSane(expirationDate - now / 1000);
  const fromDuration = durationMs === undefined ? undefined : now + durationMs;
  const expiresAt = isDateSane ? Math.round(expirationDate * 1000) : fromDuration;
  return {
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

function isSane(seconds: number | undefined): seconds is number {
  return seconds !== undefined && seconds > 0 && seconds <= MAX_SECONDS;
}
