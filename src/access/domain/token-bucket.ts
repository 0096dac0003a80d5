import { type Quota, QUOTA_WINDOW_MS } from './quota';

/** One request in the bucket's unit: so fine that each millisecond adds a whole number. */
const REQUEST = QUOTA_WINDOW_MS;

/**
 * Token bucket of one caller. It holds one minute of requests, starts full and refills evenly: no minute sees more
 * than twice the rate, and in the long run the rate holds. It counts in whole numbers, so that a caller that waits as
 * long as told is never a fraction too early.
 */
export class TokenBucket {
  private parts: number;
  private filledAt: number;

  /** `now`, here and below, is a monotonic clock in milliseconds. */
  constructor(
    private perMinute: number,
    now: number,
  ) {
    this.parts = this.capacity;
    this.filledAt = Math.floor(now);
  }

  /** Takes one token if there is one. `perMinute` may differ from call to call. */
  take(perMinute: number, now: number): Quota {
    this.adopt(perMinute);
    this.fill(Math.floor(now));
    const isExceeded = this.parts < REQUEST;
    if (!isExceeded) this.parts -= REQUEST;
    return {
      perMinute,
      isExceeded,
      left: Math.floor(this.parts / REQUEST),
      moreInMs: Math.ceil((REQUEST - (this.parts % REQUEST)) / perMinute),
    };
  }

  /** Keeps the fill ratio: a caller that alternates between two rates has one minute of requests, not two. */
  private adopt(perMinute: number): void {
    if (perMinute === this.perMinute) return;
    this.parts = Math.floor((this.parts / this.perMinute) * perMinute);
    this.perMinute = perMinute;
  }

  private fill(now: number): void {
    this.parts = Math.min(this.capacity, this.parts + (now - this.filledAt) * this.perMinute);
    this.filledAt = now;
  }

  private get capacity(): number {
    return this.perMinute * REQUEST;
  }
}
