import type { TokenBucketConfig, SharedTokenBucketStore, Taken } from './shared-token-bucket-store';

interface Chunk {
  tokens: number;
  /** Share of the bucket that was left alone for others as this was taken. */
  readonly keptShare: number;
  readonly until: number;
}

/**
 * What this process has of a shared bucket: taken in chunks, as much as is asked for at the moment and as little more
 * as is used within half of the time that it is good for. Then it is void, so that what leaves in any window is what
 * the bucket gave in a window that is longer by `lifeMs`.
 *
 * Tokens that came out of the part of the bucket that is kept for the urgent are used by the urgent alone.
 */
export class PrefetchedTokens {
  /** Those that the fewest may use come first. */
  private chunks: Chunk[] = [];
  /** Tokens used since the last chunk, by the share of the bucket that their users keep. */
  private readonly used = new Map<number, number>();
  private boughtAt: number;
  private known: { readonly left: number; readonly at: number } | undefined;

  /** `now` is a monotonic clock in milliseconds. */
  constructor(
    private readonly buckets: SharedTokenBucketStore,
    private readonly terms: () => TokenBucketConfig,
    private readonly lifeMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.boughtAt = now();
  }

  /** Tokens at hand and, as far as is known, in the bucket. */
  get left(): number {
    return this.atHand + this.inBucket;
  }

  /** Uses a token at hand, if there is one for somebody who leaves that share of the bucket to others. */
  tryTake(keptShare = 0): boolean {
    const now = this.now();
    this.chunks = this.chunks.filter(({ tokens, until }) => tokens > 0 && now < until);
    const chunk = this.chunks.find((one) => one.keptShare >= keptShare);
    if (chunk === undefined) return false;
    chunk.tokens -= 1;
    this.used.set(keptShare, (this.used.get(keptShare) ?? 0) + 1);
    return true;
  }

  /** Gives up at most so many of the tokens at hand; returns how many. */
  giveUp(count: number): number {
    let left = count;
    for (const chunk of this.chunks) {
      const part = Math.min(left, chunk.tokens);
      chunk.tokens -= part;
      left -= part;
    }
    return count - left;
  }

  /** One trip to the bucket, on behalf of `inLine` who wait. Rejects where the bucket cannot be asked. */
  async fetch(inLine: number, keptShare = 0): Promise<Taken> {
    const terms = this.terms();
    const startedAt = this.now();
    const wanted = Math.max(inLine, this.expectedUse(keptShare));
    this.boughtAt = startedAt;
    this.used.clear();
    const limit = Math.max(1, Math.floor(terms.maxChunk));
    const taken = await this.buckets.take(terms, Math.min(wanted, limit), keptOf(terms, keptShare));
    this.known = { left: taken.left, at: this.now() };
    // It counts from before it was asked for: the bucket may have given it at once, however late that is known.
    this.add({ tokens: taken.granted, keptShare, until: startedAt + this.lifeMs });
    return taken;
  }

  /** Milliseconds until there is one more, for somebody who leaves that share to others; 0 where there may be one. */
  missingMs(keptShare = 0): number {
    const terms = this.terms();
    return Math.max(0, (1 + keptOf(terms, keptShare) - this.inBucket) / terms.perMs);
  }

  /** What is at hand is void. */
  drop(): void {
    this.chunks = [];
  }

  private get atHand(): number {
    const now = this.now();
    return this.chunks.reduce((sum, { tokens, until }) => (now < until ? sum + tokens : sum), 0);
  }

  private get inBucket(): number {
    const { capacity, perMs } = this.terms();
    if (this.known === undefined) return capacity;
    return Math.min(capacity, this.known.left + (this.now() - this.known.at) * perMs);
  }

  private expectedUse(keptShare: number): number {
    // Not so short that a burst looks like a habit.
    const sinceMs = Math.max(this.lifeMs / 4, this.now() - this.boughtAt);
    const used = [...this.used].reduce((sum, [share, count]) => (share <= keptShare ? sum + count : sum), 0);
    return Math.floor((used * this.lifeMs) / (2 * sinceMs));
  }

  private add(chunk: Chunk): void {
    if (chunk.tokens === 0) return;
    this.chunks.push(chunk);
    this.chunks.sort((one, other) => one.keptShare - other.keptShare);
  }
}

function keptOf({ capacity }: TokenBucketConfig, share: number): number {
  return Math.min(share * capacity, capacity - 1);
}
