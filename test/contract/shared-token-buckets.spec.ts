import type { TokenBucketConfig } from '../../src/common/limits/shared-token-bucket-store';
import type { SqlSharedTokenBucketStore } from '../../src/persistence/replica/sql-shared-token-bucket.store';
import { createStorage, type TestStorage, TestStores } from '../support/persistence-harness';

const HOUR_MS = 3_600_000;
/** A rate at which the bucket stays empty during a test. */
const TERMS: TokenBucketConfig = { name: 'client', capacity: 100, perMs: 1e-9, maxChunk: 10 };

describe('SharedTokenBucketStore on PostgreSQL', () => {
  let storage: TestStorage;
  let replicas: TestStores[];
  let buckets: SqlSharedTokenBucketStore;

  beforeAll(async () => {
    storage = await createStorage('postgres');
    replicas = [await TestStores.open(storage.config)];
    while (replicas.length < 3) replicas.push(TestStores.beside(storage.config));
    buckets = bucketsOf(0);
  });
  afterEach(async () => {
    await replicas[0]?.connection.db.deleteFrom('shared_bucket').execute();
  });
  afterAll(async () => {
    for (const replica of replicas) await replica.close();
    await storage.remove();
  });

  function bucketsOf(replica: number): SqlSharedTokenBucketStore {
    const stores = replicas[replica];
    if (stores === undefined) throw new Error(`There is no replica ${replica}`);
    return stores.buckets;
  }

  /** Moves the last take back by this time. */
  async function goBack(ms: number): Promise<void> {
    await replicas[0]?.connection.db
      .updateTable('shared_bucket')
      .set((eb) => ({ filled_at: eb('filled_at', '-', ms), closed_until: eb('closed_until', '-', ms) }))
      .execute();
  }

  it('grants exactly the available tokens to any number of concurrent processes', async () => {
    const worker = async (at: number): Promise<number> => {
      let sum = 0;
      for (let take = 0; take < 10; take += 1)
        sum += (await bucketsOf(at % 3).take(TERMS, ((at + take) % 3) + 1, 0)).granted;
      return sum;
    };
    const granted = await Promise.all(Array.from({ length: 12 }, (_, at) => worker(at)));
    expect(granted.reduce((sum, count) => sum + count)).toBe(100);
    expect(await buckets.take(TERMS, 1, 0)).toMatchObject({ granted: 0, closedForMs: 0 });
  });

  it('leaves the reserve', async () => {
    expect(await buckets.take(TERMS, 200, 40)).toMatchObject({ granted: 60 });
    expect(await bucketsOf(1).take(TERMS, 1, 40)).toMatchObject({ granted: 0 });
    expect(await bucketsOf(2).take(TERMS, 7, 15)).toMatchObject({ granted: 7 });
  });

  it("refills evenly by the database's clock, up to the capacity", async () => {
    const terms = { ...TERMS, perMs: 1e-6 };
    await buckets.take(terms, 100, 0);
    await goBack(20_000_000);
    const { granted, left } = await bucketsOf(1).take(terms, 15, 0);
    expect({ granted, left }).toEqual({ granted: 15, left: expect.closeTo(5, 0) as number });
    await goBack(24 * 365 * HOUR_MS);
    expect(await bucketsOf(2).take(terms, 500, 0)).toMatchObject({ granted: 100, left: 0 });
  });

  it("refills nothing twice when the database's clock goes back, and continues from there", async () => {
    const terms = { ...TERMS, perMs: 1e-6 };
    await buckets.take(terms, 100, 0);
    await goBack(-HOUR_MS);
    expect((await buckets.take(terms, 1, 0)).granted).toBe(0);
    await goBack(20_000_000);
    expect((await buckets.take(terms, 100, 0)).granted).toBe(20);
  });

  it('is closed for five minutes at most, also when the clock jumps', async () => {
    await buckets.close(TERMS, 1_000);
    await goBack(-HOUR_MS);
    expect((await buckets.take(TERMS, 1, 0)).closedForMs).toBe(300_000);
  });

  it('closes for every process, until the latest requested time', async () => {
    await buckets.close(TERMS, 300_000);
    await bucketsOf(1).close(TERMS, 1_000);
    const { granted, closedForMs } = await bucketsOf(2).take(TERMS, 5, 0);
    expect(granted).toBe(0);
    expect(closedForMs).toBeGreaterThan(200_000);
    await goBack(301_000);
    expect(await bucketsOf(2).take(TERMS, 5, 0)).toMatchObject({ granted: 5, closedForMs: 0 });
  });

  it('separates buckets, and removes unused ones', async () => {
    await buckets.take({ ...TERMS, name: 'old' }, 100, 0);
    await goBack(2 * HOUR_MS);
    await buckets.take(TERMS, 100, 0);
    const rows = await replicas[0]?.connection.db.selectFrom('shared_bucket').select('name').execute();
    expect(rows).toEqual([{ name: 'client' }]);
    expect(await bucketsOf(1).take({ ...TERMS, name: 'old' }, 100, 0)).toMatchObject({ granted: 100 });
  });

  it('keeps its tokens when a process uses another capacity', async () => {
    await buckets.take(TERMS, 20, 0);
    expect(await bucketsOf(1).take({ ...TERMS, capacity: 50 }, 30, 0)).toMatchObject({ granted: 30 });
    expect(await buckets.take(TERMS, 100, 0)).toMatchObject({ granted: 20 });
  });
});

describe('SharedTokenBucketStore on SQLite', () => {
  it('reports that it shares nothing', async () => {
    const storage = await createStorage('sqlite');
    const stores = await TestStores.open(storage.config);
    expect(stores.buckets.isShared).toBe(false);
    await stores.close();
    await storage.remove();
  });
});
