import { type Quota, QUOTA_WINDOW_MS } from './quota';

/** A request in the parts that the bucket counts in: so many that each millisecond brings whole ones. */
const REQUEST = QUOTA_WINDOW_MS;

/**
 * The requests of one caller. A minute's worth fits in, is there at the beginning, and flows in evenly: no minute sees
 * more than twice that, and no long time more than its share. It counts in whole numbers, so that whoever waits as long
 * as it asks is never a fraction too early.
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

  /** Takes one request out if there is one. `perMinute` may be another than the time before. */
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

  /** The bucket stays as full as it was: whoever alternates between two rates has one minute, not two. */
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
