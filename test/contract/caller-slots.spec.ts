import { sql } from 'kysely';
import { callerSlots } from '../../src/persistence/session/caller-slots';
import { toRow } from '../../src/persistence/session/session.mapper';
import { StorageUnavailableError } from '../../src/common/errors/storage-unavailable.errors';
import { CallerSessionLimitReachedError } from '../../src/session/domain/session.errors';
import { SessionStore, type SlotLimits } from '../../src/session/ports/session.store';
import {
  createStorage,
  DIALECTS,
  newSession,
  TestStores,
  type TestStorage,
} from '../support/persistence-harness';

const CLIENTS = 64;
const OTHERS = 2_000;

/** Limits that leave only the share of a caller to be exceeded. */
function sharesOf(total: number, onClients = total): SlotLimits {
  return { total: 1_000, ofClient: 1_000, ofCaller: { total, onClients } };
}

describe.each(DIALECTS)(`the share of a caller in the ${SessionStore.name} on %s`, (dialect) => {
  let storage: TestStorage;
  let stores: TestStores;
  /** The maximum number of processes on the same data. */
  let replicas: TestStores[];

  beforeEach(async () => {
    storage = await createStorage(dialect);
    stores = await TestStores.open(storage.config);
    replicas = [stores];
    if (dialect === 'postgres')
      replicas.push(TestStores.beside(storage.config), TestStores.beside(storage.config));
  });

  afterEach(async () => {
    for (const replica of replicas.reverse()) await replica.close();
    await storage.remove();
  });

  const reserve = (owner: string, limits: SlotLimits, oauthClient = 'client'): Promise<void> =>
    stores.sessions.reserve(newSession(1_000, { owner, oauthClient }), limits);

  it('serves another caller when one has filled its share', async () => {
    await reserve('greedy', sharesOf(2));
    await reserve('greedy', sharesOf(2));

    await expect(reserve('greedy', sharesOf(2))).rejects.toMatchObject({
      code: 'caller-session-limit-reached',
      reason: 'sessions',
    });
    await reserve('other', sharesOf(2));
    await expect(stores.sessions.countLive()).resolves.toBe(3);
    await expect(stores.sessions.countLiveOf('greedy', 10)).resolves.toBe(2);
    await expect(stores.sessions.countLiveOf('greedy', 1)).resolves.toBe(1);
  });

  it(`is exact when ${CLIENTS} open concurrently at every replica, while sessions end`, async () => {
    const ended = await stores.activated(1_000, { owner: 'greedy' });
    ended.end('requested', 2_000);
    const asked = Array.from({ length: CLIENTS }, (_, index) => {
      const owner = index % 4 === 3 ? 'other' : 'greedy';
      const replica = replicas[index % replicas.length] ?? stores;
      return onceAnswered(() => replica.sessions.reserve(newSession(1_000, { owner }), sharesOf(10)));
    });
    const [outcomes] = await Promise.all([Promise.allSettled(asked), stores.sessions.save(ended)]);

    const reasons = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
    );
    expect(reasons.filter((reason) => !(reason instanceof CallerSessionLimitReachedError))).toEqual([]);
    const greedy = await stores.sessions.countLiveOf('greedy', CLIENTS);
    // A session that ends in time makes room for one more.
    expect([9, 10]).toContain(greedy);
    await expect(stores.sessions.countLiveOf('other', CLIENTS)).resolves.toBe(10);
    await expect(stores.sessions.countLive()).resolves.toBe(greedy + 10);
    await Promise.allSettled(
      replicas.map((replica) =>
        onceAnswered(() => replica.sessions.reserve(newSession(1, { owner: 'greedy' }), sharesOf(10))),
      ),
    );
    await expect(stores.sessions.countLiveOf('greedy', CLIENTS)).resolves.toBe(10);
  });

  it('counts sessions on OAuth clients separately', async () => {
    const shares = sharesOf(4, 1);
    await reserve('caller', shares, '');
    await reserve('caller', shares);

    await expect(reserve('caller', shares)).rejects.toMatchObject({
      code: 'caller-session-limit-reached',
      reason: 'upstream-budget',
    });
    await reserve('caller', shares, '');
    await reserve('other', shares);
  });

  it('is unchanged by a refused session', async () => {
    await expect(reserve('caller', sharesOf(0))).rejects.toThrow(CallerSessionLimitReachedError);

    await expect(stores.sessions.countLive()).resolves.toBe(0);
    expect([...(await stores.sessions.countLiveByClient()).values()].filter((count) => count > 0)).toEqual(
      [],
    );
    await expect(stores.sessions.list({ limit: 10 })).resolves.toEqual([]);
  });

  it('reuses the place of an ended session', async () => {
    const session = await stores.activated(1_000, { owner: 'caller' });
    await expect(reserve('caller', sharesOf(1))).rejects.toThrow(CallerSessionLimitReachedError);
    session.end('requested', 2_000);
    await stores.sessions.save(session);

    await reserve('caller', sharesOf(1));
  });

  it(`counts by an index among ${OTHERS} other and ended sessions`, async () => {
    const { db } = stores.connection;
    const rows = Array.from({ length: OTHERS }, (_, index) => ({
      ...toRow(newSession(1_000, { owner: `caller-${index % 10}` }).snapshot),
      state: index < OTHERS / 10 ? ('active' as const) : ('failed' as const),
    }));
    for (let from = 0; from < OTHERS; from += 500)
      await db
        .insertInto('session')
        .values(rows.slice(from, from + 500))
        .execute();
    if (dialect === 'postgres') await sql`analyze`.execute(db);

    await expect(stores.sessions.countLiveOf('caller-1', 450)).resolves.toBe(OTHERS / 100);
    const query = callerSlots(db, 'caller-1', 450);
    const plan =
      dialect === 'postgres'
        ? await query.explain<Record<string, unknown>>('json')
        : await query.explain<Record<string, unknown>>(undefined, sql`query plan`);

    expect(JSON.stringify(plan)).toContain('session_live_of_owner');
    expect(JSON.stringify(plan)).not.toMatch(/Seq Scan|SCAN session/);
  });
});

/** Repeats what the database, too slow on a busy machine, has not answered: whether there is room is not known then. */
async function onceAnswered(reserve: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await reserve();
      return;
    } catch (error) {
      if (!(error instanceof StorageUnavailableError)) throw error;
    }
  }
}
