import type { TokenBucketConfig } from './shared-token-bucket-store';
import { FakeSharedTokenBucketStore } from './shared-token-bucket-store.fake';
import { PrefetchedTokens } from './prefetched-tokens';

const LIFE_MS = 2_000;
const TERMS: TokenBucketConfig = { name: 'b', capacity: 20, perMs: 0.005, maxChunk: 10 };

let now: number;
let buckets: FakeSharedTokenBucketStore;
let stock: PrefetchedTokens;

beforeEach(() => {
  now = 0;
  buckets = new FakeSharedTokenBucketStore(() => now);
  stock = another();
});

function another(): PrefetchedTokens {
  return new PrefetchedTokens(
    buckets,
    () => TERMS,
    LIFE_MS,
    () => now,
  );
}

function takeAll(keptShare = 0): number {
  let taken = 0;
  while (stock.tryTake(keptShare)) taken += 1;
  return taken;
}

describe(PrefetchedTokens.name, () => {
  it('has what it has fetched and no more', async () => {
    expect(stock.tryTake()).toBe(false);
    await stock.fetch(3);
    expect(takeAll()).toBe(3);
  });

  it('fetches no more than a chunk, however many wait', async () => {
    await stock.fetch(500);
    expect(takeAll()).toBe(10);
  });

  it('lets what is not used lapse, from when it was asked for', async () => {
    await stock.fetch(5);
    now += LIFE_MS - 1;
    expect(stock.tryTake()).toBe(true);
    now += 1;
    expect(stock.tryTake()).toBe(false);
  });

  it('fetches ahead what is used within half of its life', async () => {
    for (let trip = 0; trip < 20; trip += 1) {
      await stock.fetch(1);
      while (stock.tryTake()) now += 250;
    }
    // Four a second, of which a bucket that is filled with five a second leaves enough.
    expect(buckets.takes.at(-1)).toMatchObject({ wanted: 4, granted: 4 });
  });

  it('fetches one for one who comes now and then', async () => {
    for (let trip = 0; trip < 5; trip += 1) {
      await stock.fetch(1);
      expect(takeAll()).toBe(1);
      now += 5_000;
    }
  });

  it('leaves to others the share that they are kept, and uses what was kept for the urgent alone', async () => {
    await stock.fetch(10, 0.4);
    await stock.fetch(10, 0.4);
    expect(takeAll(0.4)).toBe(12);
    expect(await stock.fetch(1, 0.4)).toMatchObject({ granted: 0 });
    expect(stock.missingMs(0.4)).toBe(200);
    await stock.fetch(2, 0);
    expect(stock.tryTake(0.4)).toBe(false);
    expect(takeAll(0)).toBe(2);
  });

  it('tells what is left, here and in the bucket', async () => {
    expect(stock.left).toBe(20);
    await stock.fetch(8);
    takeAll();
    expect(stock.left).toBe(12);
    now += 1_000;
    expect(stock.left).toBe(17);
  });

  it('shares one bucket with others', async () => {
    const other = another();
    await stock.fetch(10);
    await other.fetch(8);
    expect(await stock.fetch(10)).toMatchObject({ granted: 2 });
  });
});
