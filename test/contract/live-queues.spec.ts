import { LiveQueues } from '../../src/genesys/ports/live-queues';
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
});
