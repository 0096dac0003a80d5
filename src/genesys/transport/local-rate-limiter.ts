import type { Priority } from './priority';
import { KEPT_FROM, RateLimiter } from './rate-limiter';

/** Share of the allowance that may go out at once. The rest is refilled evenly, so that no window sees more than all. */
const BURST_SHARE = 0.08;

/**
 * The requests of a client that this process has to itself.
 *
 * The platform counts in fixed windows. A bucket that holds 8 % of the allowance and refills 92 % of it per window
 * stays within any window, wherever that begins.
 */
export class LocalRateLimiter extends RateLimiter {
  readonly underWay = 0;
  readonly isReachable = true;
  private tokens: number;
  private refilledAt: number;

  /** `now` is a monotonic clock in milliseconds. */
  constructor(
    private allowed: number,
    private readonly windowMs: number,
    private readonly now: () => number,
  ) {
    super();
    this.tokens = this.capacity;
    this.refilledAt = now();
  }

  get left(): number {
    this.refill();
    return this.tokens;
  }

  get ratePerMs(): number {
    return (this.allowed * (1 - BURST_SHARE)) / this.windowMs;
  }

  tryTake(priority: Priority): number {
    this.refill();
    const kept = Math.min(KEPT_FROM[priority] * this.capacity, this.capacity - 1);
    const missing = 1 + kept - this.tokens;
    if (missing > 0) return missing / this.ratePerMs;
    this.tokens -= 1;
    return 0;
  }

  adopt(allowed: number): void {
    this.refill();
    // The bucket stays as full as it was, so that a raised allowance is felt at once.
    this.tokens *= allowed / this.allowed;
    this.allowed = allowed;
    this.tokens = Math.min(this.tokens, this.capacity);
  }

  /** Nobody else is to be told. */
  close(): void {
    return;
  }

  /** There is never any. */
  onNews(): void {
    return;
  }

  private refill(): void {
    const now = this.now();
    this.tokens = Math.min(this.capacity, this.tokens + (now - this.refilledAt) * this.ratePerMs);
    this.refilledAt = now;
  }

  private get capacity(): number {
    return Math.max(1, this.allowed * BURST_SHARE);
  }
}
