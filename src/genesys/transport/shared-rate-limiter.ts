import { Logger } from '@nestjs/common';
import type {
  TokenBucketConfig,
  SharedTokenBucketStore,
  Taken,
} from '../../common/limits/shared-token-bucket-store';
import { PrefetchedTokens } from '../../common/limits/prefetched-tokens';
import { Credit } from './credit';
import { PRIORITIES, type Priority } from './priority';
import { KEPT_FROM, RateLimiter } from './rate-limiter';

/** Share of the allowance that may go out at once, which is also the most that a process takes at a time. */
const BURST_SHARE = 0.05;
/** What is taken is void after this share of a window. */
const LIFE_SHARE = 1 / 30;
/** When to look again while the answer is under way: it comes by itself. */
const ANSWER_MS = 25;
/** After this long the database is asked again that could not be asked. */
const FAILED_MS = 500;
/** A database that takes longer to answer cannot be asked. */
const SLOW_MS = 500;

/**
 * The requests of a client that all replicas share: taken out of one bucket in chunks.
 *
 * In a window leave at most what the bucket held and what it was refilled with, in the window and in the life of a
 * chunk before it. With 5 % that go at once, 92 % per window and chunks that are void after a thirtieth of a window,
 * that is no more than the allowance, wherever the window begins. Where the database cannot be asked, it goes on for a
 * few seconds at its pace of late, which is paid back.
 */
export class SharedRateLimiter extends RateLimiter {
  private readonly log = new Logger(SharedRateLimiter.name);
  private readonly stock: PrefetchedTokens;
  private readonly credit: Credit;
  /** Since when. */
  private readonly asking = new Map<Priority, number>();
  private readonly emptyUntil = new Map<Priority, number>();
  private listener: (closedForMs: number) => void = () => undefined;

  /** `now` is a monotonic clock in milliseconds. */
  constructor(
    private readonly buckets: SharedTokenBucketStore,
    private readonly client: string,
    private allowed: number,
    private readonly windowMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    super();
    this.stock = new PrefetchedTokens(buckets, () => this.terms, windowMs * LIFE_SHARE, now);
    this.credit = new Credit(now);
  }

  get left(): number {
    return this.stock.left;
  }

  get underWay(): number {
    return this.asking.size === 0 ? 0 : this.stock.left;
  }

  get isReachable(): boolean {
    return !this.credit.wasNeededOfLate;
  }

  get ratePerMs(): number {
    return (this.allowed * (1 - BURST_SHARE)) / (this.windowMs * (1 + LIFE_SHARE));
  }

  tryTake(priority: Priority, inLine: number): number {
    const now = this.now();
    if (this.stock.tryTake(KEPT_FROM[priority])) {
      this.credit.note();
      return 0;
    }
    const askedAt = this.asking.get(priority) ?? now;
    if (now - askedAt >= SLOW_MS) this.credit.begin();
    if (this.credit.tryTake()) return 0;
    const emptyMs = (this.emptyUntil.get(priority) ?? 0) - now;
    if (emptyMs > 0) return emptyMs;
    if (!this.asking.has(priority)) void this.ask(priority, inLine);
    return ANSWER_MS;
  }

  adopt(allowed: number): void {
    this.allowed = allowed;
  }

  close(forMs: number): void {
    this.stock.drop();
    this.buckets.close(this.terms, forMs).catch((error: unknown) => {
      this.log.warn({ message: 'The other replicas could not be told that a client is closed', error });
    });
  }

  onNews(listener: (closedForMs: number) => void): void {
    this.listener = listener;
  }

  private get terms(): TokenBucketConfig {
    const capacity = Math.max(1, this.allowed * BURST_SHARE);
    return { name: `client:${this.client}`, capacity, perMs: this.ratePerMs, maxChunk: capacity };
  }

  /** One trip to the database at a time for each urgency. Never rejects. */
  private async ask(priority: Priority, inLine: number): Promise<void> {
    this.asking.set(priority, this.now());
    let closedForMs = 0;
    try {
      const taken = await this.stock.fetch(inLine + this.credit.owed, KEPT_FROM[priority]);
      ({ closedForMs } = taken);
      this.credit.end();
      this.credit.pay(this.stock.giveUp(this.credit.owed));
      this.learn(priority, taken);
    } catch (error) {
      this.log.warn({ message: 'The shared budget of a client could not be asked for', error });
      this.credit.begin();
      for (const each of PRIORITIES) this.emptyUntil.set(each, this.now() + FAILED_MS);
    } finally {
      this.asking.delete(priority);
    }
    this.listener(closedForMs);
  }

  private learn(priority: Priority, { granted, closedForMs }: Taken): void {
    if (closedForMs > 0) this.stock.drop();
    if (granted > 0 || closedForMs > 0) return;
    // Whoever is less urgent waits at least as long.
    for (const each of PRIORITIES.slice(PRIORITIES.indexOf(priority)))
      this.emptyUntil.set(each, this.now() + this.stock.missingMs(KEPT_FROM[each]));
  }
}
