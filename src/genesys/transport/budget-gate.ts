import { UpstreamThrottledError } from '../../common/errors/upstream.errors';
import { PRIORITIES, type Priority, type RateBudget, type RateReport } from './rate-budget';

interface Waiter {
  readonly admit: () => void;
  readonly refuse: (error: unknown) => void;
}

/** Per priority; more would only be refused later. */
const MAX_WAITERS = 5_000;
/** setTimeout fires late rather than early, but rounds down: a little more spares a second look. */
const ROUNDING_MS = 1;

/**
 * The line in front of a client's budget: the most urgent first, among equals the one that asked first. Whoever
 * cannot be admitted in time is told at once, with the honest wait, instead of waiting in vain.
 */
export class BudgetGate {
  private readonly lines: Readonly<Record<Priority, Set<Waiter>>> = {
    disconnect: new Set(),
    open: new Set(),
    beat: new Set(),
    other: new Set(),
  };
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly budget: RateBudget) {}

  /**
   * Resolves when the request may be sent; it is then taken from the budget. Rejects with `UpstreamThrottledError`
   * when that will not be within `patienceMs`, or with the reason of the signal.
   */
  async pass(priority: Priority, patienceMs: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const ahead = this.aheadOf(priority);
    const waitMs = ahead === 0 ? this.budget.tryTake(priority) : this.expectedMs(ahead);
    if (waitMs === 0) return;
    if (waitMs > patienceMs || this.lines[priority].size >= MAX_WAITERS)
      throw new UpstreamThrottledError(waitMs);
    await this.queue(priority, patienceMs, signal);
  }

  /** A request that passed is over. What its answer reports may let others go. */
  settle(report: RateReport | undefined): void {
    this.budget.settle(report);
    this.admit();
  }

  /** A 429 came: nobody passes for as long as it asks. */
  close(forMs: number | undefined): void {
    this.budget.close(forMs);
  }

  /** Waiting requests, of whatever urgency. */
  get waiting(): number {
    return this.aheadOf('other');
  }

  private queue(priority: Priority, patienceMs: number, signal: AbortSignal): Promise<void> {
    const line = this.lines[priority];
    return new Promise((resolve, reject) => {
      const leave = (then: () => void): void => {
        clearTimeout(patience);
        signal.removeEventListener('abort', abort);
        line.delete(waiter);
        then();
      };
      const waiter: Waiter = {
        admit: () => {
          leave(resolve);
        },
        refuse: (error) => {
          leave(() => {
            reject(error instanceof Error ? error : new Error('refused'));
          });
        },
      };
      const abort = (): void => {
        waiter.refuse(signal.reason);
      };
      const patience = setTimeout(() => {
        waiter.refuse(new UpstreamThrottledError(this.expectedMs(this.aheadOf(priority))));
      }, patienceMs);
      signal.addEventListener('abort', abort);
      line.add(waiter);
      this.admit();
    });
  }

  /** Admits whoever may go, and comes back when the next one may. */
  private admit(): void {
    clearTimeout(this.timer);
    for (let next = this.first(); next !== undefined; next = this.first()) {
      const [priority, waiter] = next;
      const waitMs = this.budget.tryTake(priority);
      if (waitMs > 0) {
        this.timer = setTimeout(() => {
          this.admit();
        }, waitMs + ROUNDING_MS);
        return;
      }
      waiter.admit();
    }
  }

  private first(): readonly [Priority, Waiter] | undefined {
    for (const priority of PRIORITIES) {
      for (const waiter of this.lines[priority]) return [priority, waiter];
    }
    return undefined;
  }

  /** How many of at least the same urgency are waiting. */
  private aheadOf(priority: Priority): number {
    const urgent = PRIORITIES.slice(0, PRIORITIES.indexOf(priority) + 1);
    return urgent.reduce((sum, name) => sum + this.lines[name].size, 0);
  }

  private expectedMs(ahead: number): number {
    return Math.max(this.budget.status.closedForMs, ahead / this.budget.ratePerMs);
  }
}
