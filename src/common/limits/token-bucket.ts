/** Size of a token bucket and the speed at which it fills. */
export interface TokenBucketRate {
  readonly capacity: number;
  readonly perMs: number;
}

/** Rounding error that is tolerated, in tokens: a caller that waits for as long as it is told finds its token. */
const ROUNDING = 1e-6;

/**
 * A token bucket. It is full at first, fills evenly and holds at most its capacity, so that no stretch of time sees
 * more than the capacity and what flows in meanwhile. It counts only: it neither waits nor keeps a timer.
 */
export class TokenBucket {
  private tokens: number;
  private filledAt: number;

  /** `now` is a monotonic clock in milliseconds. */
  constructor(
    private rate: TokenBucketRate,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.tokens = rate.capacity;
    this.filledAt = now();
  }

  /** Tokens in the bucket; below zero when more were taken than it held. */
  get left(): number {
    const now = this.now();
    this.add((now - this.filledAt) * this.rate.perMs);
    this.filledAt = now;
    return this.tokens;
  }

  /** Whole tokens in the bucket. */
  get available(): number {
    return Math.max(0, Math.floor(this.left + ROUNDING));
  }

  /** Takes one token, if there is one besides the share of the capacity that is reserved for others. */
  tryTake(reservedShare = 0): boolean {
    const isThere = this.msUntilNext(reservedShare) === 0;
    if (isThere) this.take(1);
    return isThere;
  }

  /** Takes tokens whether they are there or not. */
  take(count: number): void {
    this.tokens -= count;
  }

  /** Puts tokens in, as far as they fit. */
  add(count: number): void {
    this.tokens = Math.min(this.rate.capacity, this.tokens + count);
  }

  /** Milliseconds until the bucket holds that many tokens; 0 when it does. */
  msUntil(tokens: number): number {
    return Math.max(0, (tokens - this.left - ROUNDING) / this.rate.perMs);
  }

  /** Milliseconds until `tryTake` succeeds; 0 when it does. */
  msUntilNext(reservedShare = 0): number {
    return this.msUntil(1 + reservedTokens(this.rate, reservedShare));
  }

  /** Changes the rate. The bucket stays as full as it is, in proportion. */
  adopt(rate: TokenBucketRate): void {
    this.tokens = this.left * (rate.capacity / this.rate.capacity);
    this.rate = rate;
  }
}

/** Tokens that a share reserves: never so many that the bucket could not grant one. */
export function reservedTokens({ capacity }: Pick<TokenBucketRate, 'capacity'>, share: number): number {
  return Math.min(share * capacity, capacity - 1);
}
