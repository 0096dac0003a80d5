import { Logger } from '@nestjs/common';
import { PrefetchedTokens } from './prefetched-tokens';
import { bucketRateOf, type RateLimit, RateLimiter } from './rate-limiter';
import type { SharedTokenBucketStore, TokenBucketConfig } from './shared-token-bucket-store';

export interface SharedRateLimit extends RateLimit {
  /** Name of the bucket in the store. */
  readonly name: string;
  /** Prefetched tokens expire after this long. */
  readonly lifeMs: number;
}

/** Share of the limit that a process prefetches at most. */
const CHUNK_SHARE = 0.05;
/** Interval of asking again while a fetch is in flight; its end is announced by `onChange`. */
const POLL_MS = 25;
/** A store that failed is asked again after this long. */
const RETRY_MS = 500;
/** A store that takes longer to answer counts as unreachable. */
const SLOW_MS = 500;
/** A failure is remembered for longer than a request waits for its token. */
const REMEMBERED_MS = 10_000;

/**
 * The limit of all replicas together: tokens of one shared bucket, prefetched in chunks. While the store is unreachable
 * nothing is granted beyond the tokens at hand.
 */
export class SharedRateLimiter extends RateLimiter {
  private readonly log = new Logger(SharedRateLimiter.name);
  private readonly tokens: PrefetchedTokens;
  private fetchingSince: number | undefined;
  private failedAt = -Infinity;

  constructor(
    private readonly buckets: SharedTokenBucketStore,
    private limit: SharedRateLimit,
    now?: () => number,
  ) {
    super(now);
    this.tokens = new PrefetchedTokens(buckets, () => this.bucket, limit.lifeMs, this.now);
  }

  /** Tokens at hand and, as far as is known, in the bucket. */
  get left(): number {
    return this.tokens.left;
  }

  /** Tokens that a fetch in flight may bring. */
  get pending(): number {
    return this.fetchingSince === undefined ? 0 : this.tokens.left;
  }

  /** Whether the store answers, and has not failed a moment ago. */
  get isReachable(): boolean {
    const isSlow = this.fetchingSince !== undefined && this.now() - this.fetchingSince >= SLOW_MS;
    return !isSlow && this.now() - this.failedAt >= REMEMBERED_MS;
  }

  get ratePerMs(): number {
    return this.bucket.perMs;
  }

  tryTake(reservedShare = 0, waiting = 1): number {
    if (this.closedForMs > 0) return this.closedForMs;
    if (this.tokens.tryTake(reservedShare)) return 0;
    const retryMs = this.failedAt + RETRY_MS - this.now();
    const waitMs = Math.max(retryMs, this.tokens.missingMs(reservedShare));
    if (waitMs > 0) return waitMs;
    if (this.fetchingSince === undefined) void this.fetch(reservedShare, waiting);
    return POLL_MS;
  }

  adopt(allowed: number): void {
    this.limit = { ...this.limit, allowed };
  }

  /** Closes the bucket for every replica. */
  override close(forMs?: number): void {
    this.closeHere(forMs);
    this.buckets.close(this.bucket, this.closedForMs).catch((error: unknown) => {
      this.log.warn({ message: 'Closing a shared rate limit failed', policy: this.limit.name, error });
    });
  }

  private closeHere(forMs?: number): void {
    super.close(forMs);
    this.tokens.drop();
  }

  private get bucket(): TokenBucketConfig {
    const { name, allowed, lifeMs } = this.limit;
    return { name, ...bucketRateOf(this.limit, lifeMs), maxChunk: allowed * CHUNK_SHARE };
  }

  /** One fetch at a time. Never rejects. */
  private async fetch(reservedShare: number, waiting: number): Promise<void> {
    this.fetchingSince = this.now();
    try {
      const { closedForMs } = await this.tokens.fetch(waiting, reservedShare);
      if (closedForMs > 0) this.closeHere(closedForMs);
    } catch (error) {
      this.failedAt = this.now();
      this.log.warn({ message: 'Shared rate limit unavailable', policy: this.limit.name, error });
    } finally {
      this.fetchingSince = undefined;
    }
    this.changed();
  }
}
