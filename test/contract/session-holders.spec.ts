import { sql } from 'kysely';
import { SqlReplicaStore } from '../../src/persistence/replica/sql-replica.store';
import { orphans, SqlSessionHolders } from '../../src/persistence/session/sql-session-holders';
import { SessionChangedError } from '../../src/session/domain/session.errors';
import { createStorage, DIALECTS, type TestStorage, TestStores } from '../support/persistence-harness';

const TTL_MS = 10_000;

describe.each(DIALECTS)('SessionHolders and ReplicaStore on %s', (dialect) => {
  let storage: TestStorage;
  let stores: TestStores;
  let holders: SqlSessionHolders;
  let replicas: SqlReplicaStore;

  beforeEach(async () => {
    storage = await createStorage(dialect);
    stores = await TestStores.open(storage.config);
    ({ holders, replicas } = stores);
  });
  afterEach(async () => {
    await stores.close();
    await storage.remove();
  });

  const join = (id: string, ttlMs = TTL_MS): Promise<number> =>
    replicas.join({ id, address: `http://${id}`, signature: `of ${id}` }, ttlMs);
  const held = async (by: string, count: number): Promise<string[]> => {
    const ids: string[] = [];
    while (ids.length < count) ids.push((await stores.activated(1_000, { holder: by })).conversationId);
    return ids.sort();
  };
  const idsOf = (claimed: readonly { conversationId: string }[]): string[] =>
    claimed.map(({ conversationId }) => conversationId).sort();

  it('gives sessions without a holder to the claiming replica, up to a limit', async () => {
    const ids = await held('', 3);
    const first = await holders.claim('a', 2);
    const rest = await holders.claim('a', 10);

    expect([first.length, rest.length]).toEqual([2, 1]);
    expect(idsOf([...first, ...rest])).toEqual(ids);
    expect(first[0]?.snapshot).toMatchObject({ holder: 'a', state: 'active', name: 'Guest' });
    expect(await holders.claim('b', 10)).toEqual([]);
  });

  it('keeps sessions with holders that have a lease, and claims those of holders that lost it', async () => {
    await join('b');
    const ids = await held('b', 2);
    expect(await holders.claim('a', 10)).toEqual([]);
    await replicas.leave('b');

    expect(idsOf(await holders.claim('a', 10))).toEqual(ids);
  });

  it('claims live sessions, and those with a pending disconnect', async () => {
    const ended = await stores.activated();
    ended.lose('gone', 2_000);
    await stores.sessions.save(ended);
    const terminating = await stores.activated();
    terminating.end('requested', 2_000);
    await stores.sessions.save(terminating);
    const failed = await stores.reserved();
    failed.fail('open-failed', 2_000, { outcomeUnknown: true });
    await stores.sessions.save(failed);
    const connecting = await stores.reserved();

    expect(idsOf(await holders.claim('a', 10))).toEqual(idsOf([terminating, failed, connecting]));
  });

  it('releases some sessions, or all', async () => {
    const [one = '', ...others] = await held('a', 3);
    expect(await holders.release('a', [one])).toBe(1);
    expect(idsOf(await holders.claim('b', 10))).toEqual([one]);
    expect(await holders.release('a', [one])).toBe(0);
    expect(await holders.release('a')).toBe(2);
    expect(idsOf(await holders.claim('b', 10))).toEqual(others);
  });

  it('refuses a save of a session with another holder, and accepts one that changes the holder itself', async () => {
    const session = await stores.reserved(1_000, { holder: 'a' });
    const stale = await stores.get(session.conversationId);
    await holders.release('a');
    await holders.claim('b', 1);
    stale.activate(2_000);
    await expect(stores.sessions.save(stale)).rejects.toThrow(SessionChangedError);

    const opening = await stores.get(session.conversationId);
    opening.restart(2_000, 'c');
    await stores.sessions.save(opening);
    expect((await stores.get(session.conversationId)).snapshot.holder).toBe('c');
    opening.activate(2_000);
    await expect(stores.sessions.save(opening)).resolves.toBeUndefined();
  });

  it('finds due work for one holder only', async () => {
    const [mine] = await held('a', 1);
    await held('b', 1);
    const late = 1_000 + 10_000_000;

    expect(idsOf(await stores.sessions.findExpired(late, 10, 'a'))).toEqual([mine]);
    expect(idsOf(await stores.sessions.walk('active', undefined, 10, 'a'))).toEqual([mine]);
    expect(await stores.sessions.findExpired(late, 10)).toHaveLength(2);
    expect(await stores.sessions.findStalled(late, 10, 'a')).toEqual([]);
    expect(await stores.sessions.findDisconnectsDue(late, 10, 'a')).toEqual([]);
  });

  it('lists the live replicas', async () => {
    await join('b');
    await replicas.leave('b');
    await join('c');

    expect(await replicas.live()).toEqual([
      { id: 'c', address: 'http://c', signature: 'of c', isLeaving: false },
    ]);
    expect(await replicas.renew('b', TTL_MS)).toBeUndefined();
    expect(await replicas.renew('unknown', TTL_MS)).toBeUndefined();
  });

  it("returns the database's time with a lease and its renewals", async () => {
    const before = Date.now();
    const times = [await join('c'), await replicas.renew('c', TTL_MS)];

    // Both clocks are this machine's, up to the fraction of a millisecond.
    expect(Math.min(...times.map(Number))).toBeGreaterThanOrEqual(before - 1);
    expect(Math.max(...times.map(Number))).toBeLessThanOrEqual(Date.now() + 1);
  });

  it('marks a draining replica, which keeps its lease', async () => {
    await join('b');
    await replicas.retire('b');

    expect(await replicas.live()).toEqual([
      { id: 'b', address: 'http://b', signature: 'of b', isLeaving: true },
    ]);
    expect(await replicas.renew('b', TTL_MS)).toBeDefined();
  });
});

describe('ReplicaStore on postgres', () => {
  it('removes expired leases at the next check, with the claims of their relays', async () => {
    const storage = await createStorage('postgres');
    const stores = await TestStores.open(storage.config);
    const { replicas } = stores;
    try {
      await replicas.join({ id: 'late', address: '', signature: '' }, -1);
      await stores.activated();
      await stores.claim({ relay: 'late' });
      expect(await replicas.renew('late', 5)).toBeDefined();
      await replicas.join({ id: 'here', address: '', signature: '' }, TTL_MS);
      await stores.unitOfWork.query((db) =>
        db.updateTable('replica').set({ lease_until: 1 }).where('id', '=', 'late').execute(),
      );
      expect(await stores.claim()).toEqual([]);

      expect(await replicas.expire()).toBe(1);
      expect(await replicas.renew('late', TTL_MS)).toBeUndefined();
      expect(await replicas.expire()).toBe(0);
      expect(await stores.claim()).toHaveLength(1);
      expect((await replicas.live()).map(({ id }) => id)).toEqual(['here']);
    } finally {
      await stores.close();
      await storage.remove();
    }
  });

  it('looks for sessions without a holder by the index, also while the statistics say that most have none', async () => {
    const storage = await createStorage('postgres');
    const stores = await TestStores.open(storage.config);
    const { db } = stores.connection;
    try {
      await stores.activated();
      // As many copies of one session as make a page of claims a small part of the table.
      await sql`
        create table copy as select * from session, generate_series(1, 20000) as number`.execute(db);
      await sql`update copy set conversation_id = conversation_id || number`.execute(db);
      await sql`alter table copy drop column number`.execute(db);
      await sql`insert into session select * from copy`.execute(db);
      await sql`analyze session`.execute(db);
      await sql`update session set holder = 'a'`.execute(db);

      const { rows } = await sql<Record<string, string>>`explain ${orphans('postgres', 500)}`.execute(db);
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');

      expect(plan).toMatch(/Index (Only )?Scan using session_held on session/);
      expect(plan).not.toMatch(/Seq Scan on session|Sort/);
      expect(await stores.holders.claim('b', 500)).toEqual([]);
    } finally {
      await stores.close();
      await storage.remove();
    }
  });

  it('gives each session to one of many concurrent claims', async () => {
    const storage = await createStorage('postgres');
    const stores = await TestStores.open(storage.config);
    const others = [TestStores.beside(storage.config), TestStores.beside(storage.config)];
    try {
      for (let count = 0; count < 60; count += 1) await stores.reserved();
      const claims = await Promise.all(
        [stores, ...others].flatMap(({ holders }, at) =>
          Array.from({ length: 4 }, () => holders.claim(`replica-${at}`, 7)),
        ),
      );
      const ids = claims.flat().map(({ conversationId }) => conversationId);

      expect(ids.length).toBeGreaterThan(7);
      expect(new Set(ids).size).toBe(ids.length);
    } finally {
      await Promise.all([stores, ...others].map((each) => each.close()));
      await storage.remove();
    }
  });
});

describe('ReplicaStore on sqlite', () => {
  it('belongs to the process that joined last', async () => {
    const storage = await createStorage('sqlite');
    const stores = await TestStores.open(storage.config);
    await stores.replicas.join({ id: 'before', address: '', signature: '' }, TTL_MS);
    const { conversationId } = await stores.activated(1_000, { holder: 'before' });
    await stores.replicas.join({ id: 'now', address: '', signature: '' }, TTL_MS);

    const claimed = await stores.holders.claim('now', 10);
    expect(claimed.map((session) => session.conversationId)).toEqual([conversationId]);
    expect(stores.replicas.isShared).toBe(false);
    await stores.close();
    await storage.remove();
  });
});
