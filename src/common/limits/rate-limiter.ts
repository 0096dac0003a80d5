import type { TokenBucketRate } from './token-bucket';

/** A limit of the platform: at most `allowed` in any window of that length, wherever it begins. */
export interface RateLimit {
  readonly allowed: number;
  readonly windowMs: number;
  /** Share of `allowed` that may go out at once; the rest is refilled evenly. */
  readonly burstShare: number;
}

const DEFAULT_CLOSED_MS = 3_000;
/** A 429 may ask for ten years: after this long one request finds out whether it still stands. */
const MAX_CLOSED_MS = 300_000;

/**
 * Limits how often something is done. It grants or refuses at once and never waits: that is the part of the queue in
 * front of it. A limiter that is closed, as after a 429, grants nothing.
 */
export abstract class RateLimiter {
  private closedUntil = 0;
  private listener: () => void = () => undefined;

  /** `now` is a monotonic clock in milliseconds. */
  constructor(protected readonly now: () => number = () => performance.now()) {}

  /**
   * Takes one token and returns 0, or returns the milliseconds to wait before asking again. `reservedShare` is the
   * share of the burst that is left to others, `waiting` the number of requests that ask for a token now.
   */
  abstract tryTake(reservedShare?: number, waiting?: number): number;

  /** Milliseconds for which the limiter is closed; 0 while it is open. */
  get closedForMs(): number {
    return Math.max(0, this.closedUntil - this.now());
  }

  /** Closes the limiter for as long as that, at most five minutes. */
  close(forMs: number = DEFAULT_CLOSED_MS): void {
    this.closedUntil = Math.max(this.closedUntil, this.now() + Math.min(MAX_CLOSED_MS, forMs));
  }

  /** Sets the one listener that is called when `tryTake` may answer otherwise before the wait that it named is over. */
  onChange(listener: () => void): void {
    this.listener = listener;
  }

  protected changed(): void {
    this.listener();
  }
}

/**
 * The bucket that keeps to a limit: it holds the burst and refills the rest within a window. Tokens that may be used up
 * to `lifeMs` after they left the bucket make that window longer.
 */
export function bucketRateOf({ allowed, windowMs, burstShare }: RateLimit, lifeMs = 0): TokenBucketRate {
  const refill = allowed * (1 - burstShare);
  return { capacity: Math.max(1, allowed * burstShare), perMs: refill / (windowMs + lifeMs) };
}
