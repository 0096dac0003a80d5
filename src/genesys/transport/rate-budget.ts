import { LocalRateLimiter } from './local-rate-limiter';
import type { Priority } from './priority';
import type { RateLimiter } from './rate-limiter';

/** What the platform says with an answer about its token's window (`inin-ratelimit-count`, `-allowed`, `-reset`). */
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

/** Share of the allowance that beats may plan with; what is left opens and ends sessions. */
const BEAT_SHARE = 0.86;
/** A 429 may ask for ten years, and a window last as long; after this long one request finds out whether it still stands. */
const MAX_CLOSED_MS = 300_000;
const DEFAULT_CLOSED_MS = 3_000;

/**
 * How many requests one OAuth client may send: what its supply gives, within what the platform says, its allowance,
 * its count (others may use the same client) and its 429s. A part of the supply is kept for urgent requests. While
 * a 429 has closed the client nothing is sent at all. It only counts; `PriorityRequestQueue` waits.
 */
export class RateBudget {
  private closedUntil = 0;
  /** The platform's window as last reported, and what was sent that the report does not count. */
  private window = { used: 0, endsAt: 0, unreported: 0 };
  private inFlight = 0;

  /** `now` is a monotonic clock in milliseconds. */
  constructor(
    private allowed: number,
    private readonly windowMs: number,
    private readonly now: () => number = () => performance.now(),
    private readonly supply: RateLimiter = new LocalRateLimiter(allowed, windowMs, now),
  ) {}

  /** Beats per millisecond that this client can carry for ever. */
  get beatsPerMs(): number {
    return (this.allowed * BEAT_SHARE) / this.windowMs;
  }

  /** Requests per millisecond that are refilled. */
  get ratePerMs(): number {
    return this.supply.ratePerMs;
  }

  /** Requests that could be sent at once; to choose between clients. */
  get left(): number {
    return this.isClosed ? 0 : Math.min(this.supply.left, this.leftInWindow);
  }

  /** Requests that are there, but not known of here yet. */
  get underWay(): number {
    return this.isClosed ? 0 : this.supply.underWay;
  }

  /** Whether what replicas share can be asked for. */
  get isReachable(): boolean {
    return this.supply.isReachable;
  }

  get isClosed(): boolean {
    return this.now() < this.closedUntil;
  }

  get status(): RateBudgetStatus {
    const now = this.now();
    const isCurrent = now < this.window.endsAt;
    return {
      allowed: this.allowed,
      used: isCurrent ? this.window.used + this.window.unreported : 0,
      resetInMs: isCurrent ? Math.ceil(this.window.endsAt - now) : 0,
      closedForMs: Math.max(0, Math.ceil(this.closedUntil - now)),
    };
  }

  /**
   * Takes one request out of the budget and returns 0, or returns how many milliseconds to wait before asking again.
   * Every request that was taken is settled once, when it is over. `inLine` is how many requests of at least that
   * urgency there are, this one included.
   */
  tryTake(priority: Priority, inLine = 1): number {
    const waitMs = this.waitMs(priority, inLine);
    if (waitMs > 0) return waitMs;
    this.inFlight += 1;
    this.window.unreported += 1;
    return 0;
  }

  /** Called when there may be more than `tryTake` has said. */
  onMore(listener: () => void): void {
    this.supply.onNews((closedForMs) => {
      if (closedForMs > 0) this.closeHere(closedForMs);
      listener();
    });
  }

  /** A taken request is over; `report` is what its answer said, if one came. */
  settle(report?: RateReport): void {
    this.inFlight -= 1;
    const { count, allowed, resetMs } = report ?? {};
    if (allowed !== undefined && allowed > 0) this.adopt(allowed);
    if (count === undefined || resetMs === undefined) return;
    const endsAt = this.now() + Math.min(MAX_CLOSED_MS, resetMs);
    this.window = { used: count, endsAt, unreported: this.inFlight };
  }

  /** A 429 came: nothing is sent for as long as it asks, by nobody who shares the client. */
  close(forMs: number = DEFAULT_CLOSED_MS): void {
    this.closeHere(forMs);
    this.supply.close(Math.min(MAX_CLOSED_MS, forMs));
  }

  private closeHere(forMs: number): void {
    this.closedUntil = Math.max(this.closedUntil, this.now() + Math.min(MAX_CLOSED_MS, forMs));
  }

  /** What is taken is gone when it returns 0. */
  private waitMs(priority: Priority, inLine: number): number {
    const now = this.now();
    if (now < this.closedUntil) return this.closedUntil - now;
    if (this.leftInWindow < 1) return this.window.endsAt - now;
    return this.supply.tryTake(priority, inLine);
  }

  private adopt(allowed: number): void {
    if (allowed === this.allowed) return;
    this.supply.adopt(allowed);
    this.allowed = allowed;
  }

  private get leftInWindow(): number {
    if (this.now() >= this.window.endsAt) return Number.POSITIVE_INFINITY;
    return this.allowed - this.window.used - this.window.unreported;
  }
}
