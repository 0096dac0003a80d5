/** What requests are for, the most urgent first: ending a session, opening one, a beat, anything else. */
export const PRIORITIES = ['disconnect', 'open', 'beat', 'other'] as const;

export type Priority = (typeof PRIORITIES)[number];

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

/** Share of the allowance that may go out at once. The rest is refilled evenly, so that no window sees more than all. */
const BURST_SHARE = 0.08;
/** Share of the bucket that is kept for more urgent requests, by priority. */
const KEPT_FROM: Readonly<Record<Priority, number>> = { disconnect: 0, open: 0.15, beat: 0.4, other: 0.5 };
/** Share of the allowance that beats may plan with; what is left opens and ends sessions. */
const BEAT_SHARE = 0.86;
/** A 429 may ask for ten years; after this long one request finds out whether it still stands. */
const MAX_CLOSED_MS = 300_000;
const DEFAULT_CLOSED_MS = 3_000;

/**
 * How many requests one OAuth client may send: a token bucket that follows what the platform says, its allowance,
 * its count (others may use the same client) and its 429s. A part of the bucket is kept for urgent requests. While
 * a 429 has closed the client nothing is sent at all. It only counts; `BudgetGate` waits.
 *
 * The platform counts in fixed windows. A bucket that holds 8 % of the allowance and refills 92 % of it per window
 * stays within any window, wherever that begins.
 */
export class RateBudget {
  private tokens: number;
  private refilledAt: number;
  private closedUntil = 0;
  /** The platform's window as last reported, and what was sent that the report does not count. */
  private window = { used: 0, endsAt: 0, unreported: 0 };
  private inFlight = 0;

  /** `now` is a monotonic clock in milliseconds. */
  constructor(
    private allowed: number,
    private readonly windowMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.tokens = this.capacity;
    this.refilledAt = now();
  }

  /** Beats per millisecond that this client can carry for ever. */
  get beatsPerMs(): number {
    return (this.allowed * BEAT_SHARE) / this.windowMs;
  }

  /** Requests per millisecond that are refilled. */
  get ratePerMs(): number {
    return (this.allowed * (1 - BURST_SHARE)) / this.windowMs;
  }

  /** Requests that could be sent at once; to choose between clients. */
  get left(): number {
    this.refill();
    return this.isClosed ? 0 : Math.min(this.tokens, this.leftInWindow);
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
   * Every request that was taken is settled once, when it is over.
   */
  tryTake(priority: Priority): number {
    const waitMs = this.waitMs(priority);
    if (waitMs > 0) return waitMs;
    this.tokens -= 1;
    this.inFlight += 1;
    this.window.unreported += 1;
    return 0;
  }

  /** A taken request is over; `report` is what its answer said, if one came. */
  settle(report?: RateReport): void {
    this.inFlight -= 1;
    const { count, allowed, resetMs } = report ?? {};
    if (allowed !== undefined && allowed > 0) this.adopt(allowed);
    if (count === undefined || resetMs === undefined) return;
    this.window = { used: count, endsAt: this.now() + resetMs, unreported: this.inFlight };
  }

  /** A 429 came: nothing is sent for as long as it asks. */
  close(forMs: number = DEFAULT_CLOSED_MS): void {
    this.closedUntil = Math.max(this.closedUntil, this.now() + Math.min(MAX_CLOSED_MS, forMs));
  }

  private waitMs(priority: Priority): number {
    const now = this.now();
    if (now < this.closedUntil) return this.closedUntil - now;
    if (this.leftInWindow < 1) return this.window.endsAt - now;
    this.refill();
    const kept = Math.min(KEPT_FROM[priority] * this.capacity, this.capacity - 1);
    const missing = 1 + kept - this.tokens;
    return missing <= 0 ? 0 : missing / this.ratePerMs;
  }

  private adopt(allowed: number): void {
    if (allowed === this.allowed) return;
    this.refill();
    // The bucket stays as full as it was, so that a raised allowance is felt at once.
    this.tokens *= allowed / this.allowed;
    this.allowed = allowed;
    this.tokens = Math.min(this.tokens, this.capacity);
  }

  private refill(): void {
    const now = this.now();
    this.tokens = Math.min(this.capacity, this.tokens + (now - this.refilledAt) * this.ratePerMs);
    this.refilledAt = now;
  }

  private get capacity(): number {
    return Math.max(1, this.allowed * BURST_SHARE);
  }

  private get leftInWindow(): number {
    if (this.now() >= this.window.endsAt) return Number.POSITIVE_INFINITY;
    return this.allowed - this.window.used - this.window.unreported;
  }
}
