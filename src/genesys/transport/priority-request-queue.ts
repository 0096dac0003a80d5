import { StorageUnavailableError } from '../../common/errors/storage-unavailable.errors';
import { UpstreamThrottledError } from '../../common/errors/upstream.errors';
import { Spans } from '../../common/tracing/spans';
import { PRIORITIES, type Priority } from './priority';
import type { RateBudget, RateReport } from './rate-budget';

/** Admits the request that waits. */
type Admit = () => void;

/** Limit of each priority; more would only be refused later. */
const MAX_WAITERS = 5_000;
/** `setTimeout` rounds down: a little more spares a second attempt. */
const ROUNDING_MS = 1;
/** So many openings overtake waiting beats; after that both take turns, until one of the two has none waiting. */
const MAX_OVERTAKING = 10;
/** Requests that come again by themselves are refused at once while a 429 has closed the client. */
const RECURRING: ReadonlySet<Priority> = new Set<Priority>(['beat', 'other']);
/** Beats admitted for each opening when they take turns: enough for a full client to stay near its stretched interval. */
const BEATS_PER_OPENING = 2;

/**
 * Priority queue in front of a client's budget: the most urgent request first, among equals the one that asked first.
 * A burst of openings overtakes waiting beats only for a while, so that new guests do not cost sessions that are open.
 * A request that cannot be admitted in time is refused at once, with the wait that it would need.
 */
export class PriorityRequestQueue {
  private readonly queues: Readonly<Record<Priority, Set<Admit>>> = {
    disconnect: new Set(),
    open: new Set(),
    beat: new Set(),
    other: new Set(),
  };
  private timer: NodeJS.Timeout | undefined;
  /** Openings that went ahead of waiting beats, less those that the beats' turns made up for. */
  private overtaking = 0;

  constructor(private readonly budget: RateBudget) {
    budget.onChange(() => {
      this.admit();
    });
  }

  /**
   * Resolves when the request may be sent; it is then taken from the budget, and released when it is over. Rejects with
   * `UpstreamThrottledError` when that will not be within `patienceMs`, with `StorageUnavailableError` when the
   * database that replicas share the budget in was unreachable (openings and disconnects), or with the reason of the
   * signal.
   */
  async acquire(priority: Priority, patienceMs: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.budget.isClosed && RECURRING.has(priority))
      throw new UpstreamThrottledError(this.budget.status.closedForMs);
    const isFirst = this.waiting === 0;
    const waitMs = isFirst ? this.budget.tryTake(priority) : this.expectedMs(priority);
    if (isFirst && waitMs === 0) return;
    if (waitMs > patienceMs || this.queues[priority].size >= MAX_WAITERS)
      throw this.refusalOf(priority, waitMs);
    await Spans.measure('genesys.budget.wait', () => this.wait(priority, patienceMs, signal));
  }

  /** Ends a request that was acquired. The report of its answer may admit others. */
  release(report: RateReport | undefined): void {
    this.budget.release(report);
    this.admit();
  }

  /** Closes the client after a 429: no request is admitted for as long as it asks. */
  close(forMs: number | undefined): void {
    this.budget.close(forMs);
  }

  /** Waiting requests of all priorities. */
  get waiting(): number {
    return PRIORITIES.reduce((sum, name) => sum + this.queues[name].size, 0);
  }

  private wait(priority: Priority, patienceMs: number, signal: AbortSignal): Promise<void> {
    const queue = this.queues[priority];
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(patience);
        signal.removeEventListener('abort', abort);
        queue.delete(admit);
      };
      const admit = (): void => {
        leave();
        resolve();
      };
      const refuse = (error: Error): void => {
        leave();
        reject(error);
      };
      const abort = (): void => {
        refuse(signal.reason as Error);
      };
      const patience = setTimeout(() => {
        refuse(this.refusalOf(priority));
      }, patienceMs);
      signal.addEventListener('abort', abort);
      queue.add(admit);
      this.admit();
    });
  }

  /** Error of a request that cannot be admitted in time. */
  private refusalOf(priority: Priority, waitMs = this.expectedMs(priority)): Error {
    const isStorage = !this.budget.isReachable && !RECURRING.has(priority);
    return isStorage
      ? new StorageUnavailableError({ cause: new Error('The shared budget is unreachable.') })
      : new UpstreamThrottledError(waitMs);
  }

  /** Admits the requests that the budget has room for, and sets the timer for the next one. */
  private admit(): void {
    clearTimeout(this.timer);
    for (let next = this.next(); next !== undefined; next = this.next()) {
      // A beat whose turn it is takes what an opening could take: it would wait in vain for the part that is reserved.
      const turn = this.isContested && next === 'beat' ? 'open' : next;
      const waitMs = this.budget.tryTake(turn, this.waitingAtLeast(turn));
      if (waitMs > 0) {
        this.timer = setTimeout(() => {
          this.admit();
        }, waitMs + ROUNDING_MS);
        return;
      }
      this.count(next);
      const [admit] = this.queues[next];
      admit?.();
    }
  }

  /** Priority whose turn it is. */
  private next(): Priority | undefined {
    const first = PRIORITIES.find((priority) => this.queues[priority].size > 0);
    return first === 'open' && this.isContested && this.overtaking >= MAX_OVERTAKING ? 'beat' : first;
  }

  private count(turn: Priority): void {
    if (!this.isContested) this.overtaking = 0;
    else if (turn === 'open') this.overtaking += 1;
    else if (turn === 'beat') this.overtaking -= 1 / BEATS_PER_OPENING;
  }

  /** Waiting requests of at least that urgency. */
  private waitingAtLeast(priority: Priority): number {
    const urgent = PRIORITIES.slice(0, PRIORITIES.indexOf(priority) + 1);
    return urgent.reduce((sum, name) => sum + this.queues[name].size, 0);
  }

  private get isContested(): boolean {
    return this.queues.open.size > 0 && this.queues.beat.size > 0;
  }

  private expectedMs(priority: Priority): number {
    const missing = Math.max(0, this.aheadOf(priority) - this.budget.pending);
    return Math.max(this.budget.status.closedForMs, missing / this.budget.ratePerMs);
  }

  /** Requests that are admitted before one that asks now: all of at least the same urgency, and beats in their turns. */
  private aheadOf(priority: Priority): number {
    const ahead = this.waitingAtLeast(priority);
    if (priority !== 'open') return ahead;
    return ahead + Math.min(BEATS_PER_OPENING * this.queues.open.size, this.queues.beat.size);
  }
}
