import { sql } from 'kysely';
import { LiveQueues } from '../../src/genesys/ports/live-queues';
import { liveQueues } from '../../src/persistence/session/sql-live-queues';
import { createStorage, DIALECTS, TestStores, type TestStorage } from '../support/persistence-harness';

describe.each(DIALECTS)(`${LiveQueues.name} on %s`, (dialect) => {
  let storage: TestStorage;
  let stores: TestStores;

  beforeEach(async () => {
    storage = await createStorage(dialect);
    stores = await TestStores.open(storage.config);
  });
  afterEach(async () => {
    await stores.close();
    await storage.remove();
  });

  it('are none without sessions', async () => {
    expect(await stores.liveQueues.ids(10)).toEqual([]);
  });

  it('are those of connecting and active sessions, each once', async () => {
    for (const queueId of ['b', 'a', 'b', 'a']) await stores.activated(1_000, { queueId });
    await stores.reserved(1_000, { queueId: 'c' });
    const over = await stores.activated(1_000, { queueId: 'd' });
    over.lose('gone', 2_000);
    await stores.sessions.save(over);

    expect(await stores.liveQueues.ids(10)).toEqual(['a', 'b', 'c']);
  });

  it('are at most as many as the limit', async () => {
    for (const queueId of ['a', 'b', 'c']) await stores.reserved(1_000, { queueId });

    expect(await stores.liveQueues.ids(2)).toEqual(['a', 'b']);
  });

  it('are read from the index of live sessions', async () => {
    const rows = await stores.connection.db.connection().execute(async (db) => {
      // An empty table is read as a whole otherwise.
      if (dialect === 'postgres') await sql`set enable_seqscan = off`.execute(db);
      const query = liveQueues(dialect, 10).compile(db);
      const explain = dialect === 'postgres' ? 'explain ' : 'explain query plan ';
      return (await db.executeQuery({ ...query, sql: explain + query.sql })).rows;
    });

    expect(JSON.stringify(rows)).toContain('session_live_queue');
  });
});
