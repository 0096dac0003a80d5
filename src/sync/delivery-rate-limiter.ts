import { TokenBucket } from '../common/limits/token-bucket';

/** Portions of a second's deliveries. An empty bucket fills to a whole portion first: many small claims of a long queue would cost more. */
const PORTIONS_PER_SECOND = 10;

/** Rate limit of the deliveries to one receiver, so that a backlog does not reach it all at once. */
export class DeliveryRateLimiter {
  private readonly portion: number;
  private readonly bucket: TokenBucket;
  private isDry = false;

  /** `now` is in milliseconds. */
  constructor(perSecond: number, now: () => number) {
    this.portion = Math.max(1, perSecond / PORTIONS_PER_SECOND);
    this.bucket = new TokenBucket({ capacity: this.portion, perMs: perSecond / 1_000 }, now);
  }

  /** Deliveries that may begin now. */
  get allowed(): number {
    if (this.bucket.msUntil(this.portion) === 0) this.isDry = false;
    return this.isDry ? 0 : this.bucket.available;
  }

  /** Milliseconds until deliveries may begin again; 0 when they may now. */
  get waitMs(): number {
    return this.allowed > 0 ? 0 : Math.ceil(this.bucket.msUntil(this.portion)) + 1;
  }

  /** Counts deliveries that have begun, also more than were allowed. */
  take(count: number): void {
    this.bucket.take(count);
    this.isDry = this.bucket.available < 1;
  }
}
