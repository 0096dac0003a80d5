import type { StoredConsoleSession } from '../../src/console/domain/console-session';
import { ConsoleSessionStore } from '../../src/console/ports/console-session.store';
import { FakeConsoleSessionStore } from '../../src/console/ports/console-session.store.fake';
import { createStorage, DIALECTS, TestStores, type TestStorage } from '../support/persistence-harness';

const LIMITS = { perCaller: 3, inAll: 5 };

function aSession(id: string, given: Partial<StoredConsoleSession> = {}): StoredConsoleSession {
  return { id, caller: 'billing', credential: 'encrypted', createdAt: 1_000, lastUsedAt: 1_000, ...given };
}

/** A store, and the actions and reasons that it has recorded. */
interface Subject {
  readonly store: ConsoleSessionStore;
  recorded(): readonly (readonly [id: string, action: string, reason: string | null])[];
}

const subjects = [
  ...DIALECTS.map((dialect) => {
    let storage: TestStorage;
    let stores: TestStores;
    return {
      name: dialect,
      open: async (): Promise<Subject> => {
        storage = await createStorage(dialect);
        stores = await TestStores.open(storage.config);
        const recorded: Subject['recorded'] = () =>
          stores.published.records.map(({ target, action, reason }) => [target.id, action, reason]);
        return { store: stores.consoleSessions, recorded };
      },
      close: async (): Promise<void> => {
        await stores.close();
        await storage.remove();
      },
    };
  }),
  {
    name: 'the fake',
    open: (): Promise<Subject> => {
      const store = new FakeConsoleSessionStore();
      return Promise.resolve({ store, recorded: () => store.recorded });
    },
    close: (): Promise<void> => Promise.resolve(),
  },
];

describe.each(subjects)(`${ConsoleSessionStore.name} on $name`, ({ open, close }) => {
  let store: ConsoleSessionStore;
  let recorded: Subject['recorded'];

  beforeEach(async () => {
    ({ store, recorded } = await open());
  });
  afterEach(close);

  const create = (
    id: string,
    given: Partial<StoredConsoleSession> = {},
    replacedId?: string,
  ): Promise<void> => store.create(aSession(id, given), LIMITS, replacedId);

  async function known(...ids: readonly string[]): Promise<string[]> {
    const found = await Promise.all(ids.map((id) => store.find(id)));
    return found.flatMap((session) => session?.id ?? []);
  }

  it('stores a session, and records the login', async () => {
    await create('a', { lastUsedAt: 2_000 });

    expect(await store.find('a')).toEqual(aSession('a', { lastUsedAt: 2_000 }));
    expect(await store.find('b')).toBeUndefined();
    expect(recorded()).toEqual([['a', 'CONSOLE_LOGIN', null]]);
  });

  it('ends a session once, with one record', async () => {
    await create('a');
    await store.end('a');
    await store.end('a');
    await store.end('b', 'credential-invalid');

    expect(await known('a')).toEqual([]);
    expect(recorded().slice(1)).toEqual([['a', 'CONSOLE_LOGOUT', null]]);
  });

  it('ends the session that a new one replaces, of any caller', async () => {
    await create('a');
    await create('b', { caller: 'support' }, 'a');
    await create('c', {}, 'unknown');

    expect(await known('a', 'b', 'c')).toEqual(['b', 'c']);
    expect(recorded()).toContainEqual(['a', 'CONSOLE_LOGOUT', 'replaced']);
  });

  it('ends the session of a caller that was used the longest ago beyond its limit', async () => {
    await create('a', { lastUsedAt: 9_000 });
    await create('b', { lastUsedAt: 2_000 });
    await create('c', { lastUsedAt: 3_000 });
    await create('d', { lastUsedAt: 10_000, caller: 'support' });
    await create('e', { lastUsedAt: 10_000 });

    expect(await known('a', 'b', 'c', 'd', 'e')).toEqual(['a', 'c', 'd', 'e']);
    expect(recorded()).toContainEqual(['b', 'CONSOLE_LOGOUT', 'limit']);
  });

  it('ends the session of any caller that was used the longest ago beyond the limit of all', async () => {
    for (const at of [1, 2, 3, 4, 5, 6]) await create(`s${at}`, { lastUsedAt: at, caller: `caller-${at}` });

    expect(await known('s1', 's2', 's3', 's4', 's5', 's6')).toEqual(['s2', 's3', 's4', 's5', 's6']);
  });

  it('notes the latest use', async () => {
    await create('a');
    await store.touch('a', 5_000);
    await store.touch('a', 4_000);
    await store.touch('unknown', 4_000);

    expect((await store.find('a'))?.lastUsedAt).toBe(5_000);
  });

  it('purges sessions that were idle or are old, up to a number, without a record', async () => {
    await create('idle', { lastUsedAt: 2_000 });
    await create('old', { createdAt: 500, lastUsedAt: 9_000, caller: 'support' });
    await create('live', { createdAt: 1_001, lastUsedAt: 2_001 });
    const limits = { usedUpTo: 2_000, createdUpTo: 500 };

    expect(await store.purge(limits, 1)).toBe(1);
    expect(await store.purge(limits, 10)).toBe(1);
    expect(await known('idle', 'old', 'live')).toEqual(['live']);
    expect(recorded()).toHaveLength(3);
  });
});
