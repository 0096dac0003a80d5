/** How long a session lives, as the server says it. */
export interface StatedExpiry {
  readonly durationSeconds: number | undefined;
  /** Epoch seconds. */
  readonly expirationDate: number | undefined;
}

export interface SessionExpiry {
  /** From the last message on. */
  readonly durationMs?: number;
  /** Epoch milliseconds. */
  readonly expiresAt?: number;
}

/** Longer than any session may be configured to live; epoch milliseconds in place of seconds lie far beyond. */
const MAX_SECONDS = 2 * 365 * 86_400;

/**
 * When the session expires. A date that lies in the past or absurdly far ahead is overlooked: then, as without a
 * date, it is the duration from now on. Both come out in whole milliseconds, as they are stored.
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
