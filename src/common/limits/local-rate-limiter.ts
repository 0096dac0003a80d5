import { bucketRateOf, type RateLimit, RateLimiter } from './rate-limiter';
import { TokenBucket } from './token-bucket';

/** The limit of one process, in memory. */
export class LocalRateLimiter extends RateLimiter {
  readonly pending = 0;
  readonly isReachable = true;
  private readonly bucket: TokenBucket;

  constructor(
    private limit: RateLimit,
    now?: () => number,
  ) {
    super(now);
    this.bucket = new TokenBucket(bucketRateOf(limit), this.now);
  }

  get left(): number {
    return this.bucket.left;
  }

  get ratePerMs(): number {
    return bucketRateOf(this.limit).perMs;
  }

  tryTake(reservedShare = 0): number {
    if (this.closedForMs > 0) return this.closedForMs;
    return this.bucket.tryTake(reservedShare) ? 0 : this.bucket.msUntilNext(reservedShare);
  }

  adopt(allowed: number): void {
    this.limit = { ...this.limit, allowed };
    this.bucket.adopt(bucketRateOf(this.limit));
  }
}
