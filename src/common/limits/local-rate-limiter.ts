import { type RateLimit, RateLimiter } from './rate-limiter';
import { TokenBucket, type TokenBucketRate } from './token-bucket';

/**
 * The limit of one process, in memory. A bucket that holds the burst and refills the rest within a window grants no
 * more than the limit in any window, wherever that begins.
 */
export class LocalRateLimiter extends RateLimiter {
  readonly pending = 0;
  readonly isReachable = true;
  private readonly bucket: TokenBucket;

  constructor(
    private limit: RateLimit,
    now?: () => number,
  ) {
    super(now);
    this.bucket = new TokenBucket(rateOf(limit), this.now);
  }

  get left(): number {
    return this.bucket.left;
  }

  get ratePerMs(): number {
    return rateOf(this.limit).perMs;
  }

  tryTake(reservedShare = 0): number {
    if (this.closedForMs > 0) return this.closedForMs;
    return this.bucket.tryTake(reservedShare) ? 0 : this.bucket.msUntilNext(reservedShare);
  }

  adopt(allowed: number): void {
    this.limit = { ...this.limit, allowed };
    this.bucket.adopt(rateOf(this.limit));
  }
}

function rateOf({ allowed, windowMs, burstShare }: RateLimit): TokenBucketRate {
  return { capacity: Math.max(1, allowed * burstShare), perMs: (allowed * (1 - burstShare)) / windowMs };
}
