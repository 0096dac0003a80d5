import { LocalRateLimiter } from '../../common/limits/local-rate-limiter';
import { SharedRateLimiter } from '../../common/limits/shared-rate-limiter';
import type { SharedTokenBucketStore } from '../../common/limits/shared-token-bucket-store';
import { type Priority, RESERVED_SHARE } from './priority';

/** Rate limit headers of an answer about its token's window (`inin-ratelimit-count`, `-allowed`, `-reset`). */
export interface RateReport {
  readonly count: number | undefined;
  readonly allowed: number | undefined;
  readonly resetMs: number | undefined;
}

export interface RateBudgetStatus {
  /** Requests per window. */
  readonly allowed: number;
  /** Requests of the current window, as far as is known. */
  readonly used: number;
  /** Milliseconds until the platform's window ends. */
  readonly resetInMs: number;
  /** Milliseconds until anything is sent again; 0 while the client is open. */
  readonly closedForMs: number;
}

/** Share of the allowance that beats may plan with; the rest opens and ends sessions. */
const BEAT_SHARE = 0.86;
const LOCAL_BURST_SHARE = 0.08;
/** Smaller than that of one process, since prefetched tokens may leave as late as their life is long. */
const SHARED_BURST_SHARE = 0.05;
/** Life of prefetched tokens, as a share of the window. */
const LIFE_SHARE = 1 / 30;
/** A window that lasts longer by its report is checked by one request after this long. */
const MAX_WINDOW_MS = 300_000;

/**
 * Request budget of one OAuth client: what its rate limiter grants, within what the platform reports, its allowance, its
 * count (others may use the same client) and its 429s. A part of it is reserved for urgent requests. While a 429 has
 * closed the client nothing is sent at all. The budget only counts; `PriorityRequestQueue` waits.
 */
export class RateBudget {
  /** The platform's window as last reported, and the requests since then that the report does not count. */
  private window = { used: 0, endsAt: 0, unreported: 0 };
  private inFlight = 0;

  private constructor(
    private readonly limiter: LocalRateLimiter | SharedRateLimiter,
    private allowed: number,
    private readonly windowMs: number,
    private readonly now: () => number,
  ) {}

  /** The budget of a process that has the client to itself. `now` is a monotonic clock in milliseconds. */
  static local(allowed: number, windowMs: number, now = (): number => performance.now()): RateBudget {
    const limiter = new LocalRateLimiter({ allowed, windowMs, burstShare: LOCAL_BURST_SHARE }, now);
    return new RateBudget(limiter, allowed, windowMs, now);
  }

  /** The budget that all replicas share. */
  static shared(
    buckets: SharedTokenBucketStore,
    client: string,
    allowed: number,
    windowMs: number,
  ): RateBudget {
    const limiter = new SharedRateLimiter(buckets, {
      name: `client:${client}`,
      allowed,
      windowMs,
      burstShare: SHARED_BURST_SHARE,
      lifeMs: windowMs * LIFE_SHARE,
    });
    return new RateBudget(limiter, allowed, windowMs, () => performance.now());
  }

  /** Beats per millisecond that this client can carry for ever. */
  get beatsPerMs(): number {
    return (this.allowed * BEAT_SHARE) / this.windowMs;
  }

  /** Requests per millisecond that are refilled. */
  get ratePerMs(): number {
    return this.limiter.ratePerMs;
  }

  /** Requests that could be sent at once; to choose between clients. */
  get left(): number {
    return this.isClosed ? 0 : Math.min(this.limiter.left, this.leftInWindow);
  }

  /** Requests that could be sent as soon as the shared bucket answers. */
  get pending(): number {
    return this.isClosed ? 0 : this.limiter.pending;
  }

  /** Whether the shared bucket answers. */
  get isReachable(): boolean {
    return this.limiter.isReachable;
  }

  get isClosed(): boolean {
    return this.limiter.closedForMs > 0;
  }

  get status(): RateBudgetStatus {
    const now = this.now();
    const isCurrent = now < this.window.endsAt;
    return {
      allowed: this.allowed,
      used: isCurrent ? this.window.used + this.window.unreported : 0,
      resetInMs: isCurrent ? Math.ceil(this.window.endsAt - now) : 0,
      closedForMs: Math.ceil(this.limiter.closedForMs),
    };
  }

  /**
   * Takes one request out of the budget and returns 0, or returns the milliseconds to wait before asking again. Every
   * request that was taken is released once, when it is over. `waiting` is the number of requests of at least that
   * urgency, this one included.
   */
  tryTake(priority: Priority, waiting = 1): number {
    const inWindowMs = this.leftInWindow < 1 ? this.window.endsAt - this.now() : 0;
    const waitMs =
      this.limiter.closedForMs || inWindowMs || this.limiter.tryTake(RESERVED_SHARE[priority], waiting);
    if (waitMs > 0) return waitMs;
    this.inFlight += 1;
    this.window.unreported += 1;
    return 0;
  }

  /** Sets the listener that is called when `tryTake` may answer otherwise before the wait that it named is over. */
  onChange(listener: () => void): void {
    this.limiter.onChange(listener);
  }

  /** Ends a request that was taken; `report` is what its answer reported, if one came. */
  release(report?: RateReport): void {
    this.inFlight -= 1;
    const { count, allowed, resetMs } = report ?? {};
    if (allowed !== undefined && allowed > 0) this.adopt(allowed);
    if (count === undefined || resetMs === undefined) return;
    const endsAt = this.now() + Math.min(MAX_WINDOW_MS, resetMs);
    this.window = { used: count, endsAt, unreported: this.inFlight };
  }

  /** Closes the client after a 429 for as long as it asks, on every replica that shares it. */
  close(forMs?: number): void {
    this.limiter.close(forMs);
  }

  private adopt(allowed: number): void {
    if (allowed === this.allowed) return;
    this.limiter.adopt(allowed);
    this.allowed = allowed;
  }

  private get leftInWindow(): number {
    if (this.now() >= this.window.endsAt) return Number.POSITIVE_INFINITY;
    return this.allowed - this.window.used - this.window.unreported;
  }
}
