import type { SharedTokenBucketStore, Taken, TokenBucketConfig } from './shared-token-bucket-store';
import { reservedTokens } from './token-bucket';

interface Chunk {
  tokens: number;
  /** Share of the bucket that was left to others when the chunk was taken. */
  readonly reservedShare: number;
  readonly expiresAt: number;
}

/**
 * Tokens of a shared bucket that this process has prefetched: current demand, or the expected use of half a lifetime
 * where that is more. Tokens expire after `lifeMs`, so that any window sees at most what the bucket granted in a window
 * that is longer by `lifeMs`.
 *
 * Tokens from the part of the bucket that is reserved for urgent requests are used by urgent requests alone.
 */
export class PrefetchedTokens {
  /** Ordered by reserved share: those that the fewest requests may use come first. */
  private chunks: Chunk[] = [];
  /** Tokens used since the last fetch, by the share that their users leave to others. */
  private readonly used = new Map<number, number>();
  private fetchedAt: number;
  private known: { readonly left: number; readonly at: number } | undefined;

  /** `now` is a monotonic clock in milliseconds. */
  constructor(
    private readonly buckets: SharedTokenBucketStore,
    private readonly bucket: () => TokenBucketConfig,
    private readonly lifeMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.fetchedAt = now();
  }

  /** Tokens at hand and, as far as is known, in the bucket. */
  get left(): number {
    const now = this.now();
    const atHand = this.chunks.filter(({ expiresAt }) => now < expiresAt);
    return atHand.reduce((sum, { tokens }) => sum + tokens, this.inBucket);
  }

  /** Uses a token at hand, if there is one for a request that leaves that share of the bucket to others. */
  tryTake(reservedShare = 0): boolean {
    const now = this.now();
    this.chunks = this.chunks.filter(({ tokens, expiresAt }) => tokens > 0 && now < expiresAt);
    const chunk = this.chunks.find((one) => one.reservedShare >= reservedShare);
    if (chunk === undefined) return false;
    chunk.tokens -= 1;
    this.used.set(reservedShare, (this.used.get(reservedShare) ?? 0) + 1);
    return true;
  }

  /** One round trip to the bucket, for `waiting` requests. Rejects where the store cannot be reached. */
  async fetch(waiting: number, reservedShare = 0): Promise<Taken> {
    const bucket = this.bucket();
    const startedAt = this.now();
    const wanted = Math.max(waiting, this.expectedUse(reservedShare));
    this.fetchedAt = startedAt;
    this.used.clear();
    const limit = Math.max(1, Math.floor(bucket.maxChunk));
    const taken = await this.buckets.take(
      bucket,
      Math.min(wanted, limit),
      reservedTokens(bucket, reservedShare),
    );
    this.known = { left: taken.left, at: this.now() };
    // The life begins with the request: the bucket may have granted the tokens then, however late the answer is.
    this.add({ tokens: taken.granted, reservedShare, expiresAt: startedAt + this.lifeMs });
    return taken;
  }

  /** Milliseconds until the bucket has a token for a request that leaves that share to others; 0 where it may have. */
  missingMs(reservedShare = 0): number {
    const bucket = this.bucket();
    return Math.max(0, (1 + reservedTokens(bucket, reservedShare) - this.inBucket) / bucket.perMs);
  }

  /** Drops the tokens at hand. */
  drop(): void {
    this.chunks = [];
  }

  private get inBucket(): number {
    const { capacity, perMs } = this.bucket();
    if (this.known === undefined) return capacity;
    return Math.min(capacity, this.known.left + (this.now() - this.known.at) * perMs);
  }

  private expectedUse(reservedShare: number): number {
    // Not so short that a burst looks like a steady rate.
    const sinceMs = Math.max(this.lifeMs / 4, this.now() - this.fetchedAt);
    const used = [...this.used].reduce(
      (sum, [share, count]) => (share <= reservedShare ? sum + count : sum),
      0,
    );
    return Math.floor((used * this.lifeMs) / (2 * sinceMs));
  }

  private add(chunk: Chunk): void {
    if (chunk.tokens === 0) return;
    this.chunks.push(chunk);
    this.chunks.sort((one, other) => one.reservedShare - other.reservedShare);
  }
}
