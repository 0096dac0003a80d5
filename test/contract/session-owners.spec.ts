import { SessionStore } from '../../src/session/ports/session.store';
import {
  createEmptyStorage,
  createStorage,
  DIALECTS,
  newSession,
  type TestStorage,
  TestStores,
} from '../support/persistence-harness';
import { createFirstSchema } from './earlier-schemas';

describe.each(DIALECTS)(`${SessionStore.name} and the owners of sessions on %s`, (dialect) => {
  let storage: TestStorage;

  beforeEach(async () => {
    storage = await createStorage(dialect);
  });

  afterEach(() => storage.remove());

  it('stores any name of an owner unchanged', async () => {
    const stores = await TestStores.open(storage.config);
    const owner = "O'Brien \u{1f511} \u00fc".repeat(20);
    const { conversationId } = await stores.activated(1_000, { owner });

    expect((await stores.get(conversationId)).snapshot.owner).toBe(owner);
    await stores.close();
  });

  it('lists the sessions of one owner, newest first, in all states or in one, page by page', async () => {
    const stores = await TestStores.open(storage.config);
    const own = [
      await stores.reserved(1_000, { owner: 'billing' }),
      await stores.activated(2_000, { owner: 'billing' }),
      await stores.activated(3_000, { owner: 'billing' }),
    ].map(({ conversationId }) => conversationId);
    for (const owner of ['', 'support', 'BILLING', 'billing ']) await stores.activated(2_500, { owner });
    const idsOf = async (query: Parameters<SessionStore['list']>[0]): Promise<string[]> =>
      (await stores.sessions.list(query)).map(({ conversationId }) => conversationId);

    expect(await idsOf({ owner: 'billing', limit: 10 })).toEqual([...own].reverse());
    expect(await idsOf({ owner: 'billing', state: 'active', limit: 10 })).toEqual([own[2], own[1]]);
    const after = { createdAt: 3_000, conversationId: own[2] ?? '' };
    expect(await idsOf({ owner: 'billing', limit: 1, after })).toEqual([own[1]]);
    expect(await idsOf({ owner: 'unknown', limit: 10 })).toEqual([]);
    expect(await idsOf({ limit: 10 })).toHaveLength(7);
    await stores.close();
  });

  it('leaves earlier sessions without an owner', async () => {
    const session = newSession();
    await storage.remove();
    storage = await createEmptyStorage(dialect);
    await createFirstSchema(storage.config, [session]);
    const stores = await TestStores.open(storage.config);

    expect((await stores.get(session.conversationId)).snapshot.owner).toBe('');
    await stores.close();
  });
});
