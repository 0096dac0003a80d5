import { type TokenBucketConfig, SharedTokenBucketStore, type Taken } from './shared-token-bucket-store';

interface Bucket {
  tokens: number;
  capacity: number;
  filledAt: number;
  closedUntil: number;
}

/** Buckets in memory, which several tested objects may share. Each take is answered `answersInMs` later. */
export class FakeSharedTokenBucketStore extends SharedTokenBucketStore {
  isShared = false;
  isDown = false;
  answersInMs = 0;
  /** Takes with the tokens that they granted, in the order of the requests. */
  readonly takes: { name: string; wanted: number; granted: number }[] = [];
  private readonly buckets = new Map<string, Bucket>();

  constructor(private readonly now: () => number = () => performance.now()) {
    super();
  }

  async take(terms: TokenBucketConfig, wanted: number, kept: number): Promise<Taken> {
    this.assertUp();
    const bucket = this.fill(terms);
    const closedForMs = Math.max(0, bucket.closedUntil - this.now());
    const there = Math.max(0, Math.floor(bucket.tokens - kept + 1e-6));
    const granted = closedForMs > 0 ? 0 : Math.min(wanted, there);
    bucket.tokens -= granted;
    this.takes.push({ name: terms.name, wanted, granted });
    const taken = { granted, left: bucket.tokens, closedForMs };
    if (this.answersInMs > 0) await new Promise((resolve) => setTimeout(resolve, this.answersInMs));
    return taken;
  }

  close(terms: TokenBucketConfig, forMs: number): Promise<void> {
    const bucket = this.fill(terms);
    bucket.closedUntil = Math.max(bucket.closedUntil, this.now() + forMs);
    return Promise.resolve();
  }

  private assertUp(): void {
    if (this.isDown) throw new Error('The database is down.');
  }

  private fill({ name, capacity, perMs }: TokenBucketConfig): Bucket {
    const now = this.now();
    const bucket = this.buckets.get(name) ?? { tokens: capacity, capacity, filledAt: now, closedUntil: 0 };
    const tokens = (bucket.tokens * capacity) / bucket.capacity;
    bucket.tokens = Math.min(capacity, tokens + (now - bucket.filledAt) * perMs);
    bucket.capacity = capacity;
    bucket.filledAt = now;
    this.buckets.set(name, bucket);
    return bucket;
  }
}
