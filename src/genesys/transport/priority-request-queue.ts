import { StorageUnavailableError } from '../../common/errors/storage-unavailable.errors';
import { UpstreamThrottledError } from '../../common/errors/upstream.errors';
import { PRIORITIES, type Priority } from './priority';
import type { RateBudget, RateReport } from './rate-budget';

interface Waiter {
  readonly admit: () => void;
  readonly refuse: (error: unknown) => void;
}

/** Per priority; more would only be refused later. */
const MAX_WAITERS = 5_000;
/** setTimeout fires late rather than early, but rounds down: a little more spares a second look. */
const ROUNDING_MS = 1;
/** So many openings overtake waiting beats; after that they take turns, until one of the two lines is empty. */
const MAX_OVERTAKING = 10;
/** Refused at once while a 429 has closed the client. */
const RECURRING: ReadonlySet<Priority> = new Set<Priority>(['beat', 'other']);
/** Beats that go for each opening when they take turns: enough for a full client to stay near its stretched pace. */
const BEATS_PER_OPENING = 2;

/**
 * The line in front of a client's budget: the most urgent first, among equals the one that asked first. A burst of
 * openings overtakes waiting beats only for a while: a guest who is there already is not lost to one who comes.
 * Whoever cannot be admitted in time is told at once, with the honest wait, instead of waiting in vain.
 */
export class PriorityRequestQueue {
  private readonly lines: Readonly<Record<Priority, Set<Waiter>>> = {
    disconnect: new Set(),
    open: new Set(),
    beat: new Set(),
    other: new Set(),
  };
  private timer: NodeJS.Timeout | undefined;
  /** Openings that went ahead of waiting beats, less those that the beats' turns made up for. */
  private overtaking = 0;

  constructor(private readonly budget: RateBudget) {
    budget.onMore(() => {
      this.admit();
    });
  }

  /**
   * Resolves when the request may be sent; it is then taken from the budget. Rejects with `UpstreamThrottledError`
   * when that will not be within `patienceMs`, with `StorageUnavailableError` when the database that replicas share the
   * budget in could not be asked meanwhile (openings and disconnects), or with the reason of the signal.
   */
  async pass(priority: Priority, patienceMs: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    // What comes again by itself need not hold a place until then.
    if (this.budget.isClosed && RECURRING.has(priority))
      throw new UpstreamThrottledError(this.budget.status.closedForMs);
    const isFirst = this.waiting === 0;
    const waitMs = isFirst ? this.budget.tryTake(priority) : this.expectedMs(priority);
    if (isFirst && waitMs === 0) return;
    if (waitMs > patienceMs || this.lines[priority].size >= MAX_WAITERS)
      throw this.refusalOf(priority, waitMs);
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
    return PRIORITIES.reduce((sum, name) => sum + this.lines[name].size, 0);
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
        waiter.refuse(this.refusalOf(priority));
      }, patienceMs);
      signal.addEventListener('abort', abort);
      line.add(waiter);
      this.admit();
    });
  }

  /** The error of a request that cannot pass in time: of the database where the shared budget could not be asked, else of the budget. */
  private refusalOf(priority: Priority, waitMs = this.expectedMs(priority)): Error {
    const isStorage = !this.budget.isReachable && !RECURRING.has(priority);
    return isStorage
      ? new StorageUnavailableError({ cause: new Error('The shared budget cannot be asked for.') })
      : new UpstreamThrottledError(waitMs);
  }

  /** Admits whoever may go, and comes back when the next one may. */
  private admit(): void {
    clearTimeout(this.timer);
    for (let next = this.next(); next !== undefined; next = this.next()) {
      // A beat whose turn it is takes what an opening could take: it would wait in vain for the part that is kept.
      const turn = this.isContested && next === 'beat' ? 'open' : next;
      const waitMs = this.budget.tryTake(turn, this.inLine(turn));
      if (waitMs > 0) {
        this.timer = setTimeout(() => {
          this.admit();
        }, waitMs + ROUNDING_MS);
        return;
      }
      this.count(next);
      const [waiter] = this.lines[next];
      waiter?.admit();
    }
  }

  /** The line whose turn it is. */
  private next(): Priority | undefined {
    const first = PRIORITIES.find((priority) => this.lines[priority].size > 0);
    return first === 'open' && this.isContested && this.overtaking >= MAX_OVERTAKING ? 'beat' : first;
  }

  private count(turn: Priority): void {
    if (!this.isContested) this.overtaking = 0;
    else if (turn === 'open') this.overtaking += 1;
    else if (turn === 'beat') this.overtaking -= 1 / BEATS_PER_OPENING;
  }

  /** Waiting requests of at least that urgency. */
  private inLine(priority: Priority): number {
    const urgent = PRIORITIES.slice(0, PRIORITIES.indexOf(priority) + 1);
    return urgent.reduce((sum, name) => sum + this.lines[name].size, 0);
  }

  private get isContested(): boolean {
    return this.lines.open.size > 0 && this.lines.beat.size > 0;
  }

  private expectedMs(priority: Priority): number {
    const missing = Math.max(0, this.aheadOf(priority) - this.budget.underWay);
    return Math.max(this.budget.status.closedForMs, missing / this.budget.ratePerMs);
  }

  /** How many will be admitted before one who asks now: all of at least the same urgency, and beats in their turns. */
  private aheadOf(priority: Priority): number {
    const ahead = this.inLine(priority);
    if (priority !== 'open') return ahead;
    return ahead + Math.min(BEATS_PER_OPENING * this.lines.open.size, this.lines.beat.size);
  }
}
