import { sql } from 'kysely';
import { StorageConfig } from '../../src/config/storage.config';
import { freePort } from '../support/free-port';
import {
  createEmptyStorage,
  DATA_KEY,
  newSession,
  TestStores,
  type TestStorage,
} from '../support/persistence-harness';
import { HAS_PGBOUNCER, PgBouncer } from '../support/pgbouncer';

const [describeOrSkip, where] = HAS_PGBOUNCER
  ? ([describe, ''] as const)
  : ([describe.skip, ' (skipped: pgbouncer is not installed)'] as const);

describeOrSkip(`a database behind PgBouncer in transaction mode${where}`, () => {
  let storage: TestStorage;
  let bouncer: PgBouncer;
  let stores: TestStores;
  let started: Promise<PgBouncer>;

  beforeAll(async () => {
    storage = await createEmptyStorage('postgres');
    const direct = storage.config.databaseUrl ?? '';
    const port = await freePort();
    const pooled = new URL(direct);
    pooled.host = `127.0.0.1:${port}`;
    const opening = TestStores.open(
      new StorageConfig({
        DATABASE_URL: pooled.href,
        DATA_DIR: './data',
        DATA_KEY: [DATA_KEY],
        DATABASE_START_TIMEOUT_MS: 60_000,
      }),
    );
    // PgBouncer starts only now, so that the service has to wait for it.
    started = PgBouncer.start(direct, port);
    [stores, bouncer] = await Promise.all([opening, started]);
  });

  afterAll(async () => {
    await stores.close();
    await bouncer.stop();
    await storage.remove();
  });

  it('is awaited and migrated, and keeps limits exact with more clients than connections', async () => {
    const asked = Array.from({ length: 60 }, () => newSession());
    const outcomes = await Promise.allSettled(
      asked.map((session) => stores.sessions.reserve(session, { total: 40, ofClient: 1_000 })),
    );

    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(40);
    await expect(stores.sessions.countLive()).resolves.toBe(40);
  });

  it('gives every delivery to one of many claimants', async () => {
    await Promise.all(Array.from({ length: 8 }, () => stores.activated()));
    const claims = await Promise.all(
      Array.from({ length: 6 }, (_, relay) => stores.claim({ relay: `relay-${relay}`, limit: 50 })),
    );
    const ids = claims.flat().map(({ event }) => event.id);

    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThan(0);
  });

  it('limits statements within transactions, and resets the limits on shared connections', async () => {
    const timeout = sql<{ statement_timeout: string }>`show statement_timeout`;
    const within = await stores.connection.db.transaction().execute((work) => timeout.execute(work));
    const outside = await Promise.all(Array.from({ length: 8 }, () => timeout.execute(stores.connection.db)));

    expect(within.rows).toEqual([{ statement_timeout: '5s' }]);
    for (const { rows } of outside) expect(rows).toEqual([{ statement_timeout: '0' }]);
  });
});
