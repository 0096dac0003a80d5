import { sql } from 'kysely';
import { replicasWithSessions } from '../../src/persistence/replica/sql-replica.store';
import { ReplicaStore } from '../../src/replica/ports/replica.store';
import { createStorage, DIALECTS, TestStores, type TestStorage } from '../support/persistence-harness';

const TTL_MS = 60_000;

describe.each(DIALECTS)(`the list of ${ReplicaStore.name} on %s`, (dialect) => {
  const isShared = dialect === 'postgres';
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

  const join = (id: string): Promise<number> =>
    stores.replicas.join({ id, address: 'http://10.0.0.1', signature: 'signature' }, TTL_MS);

  const hold = async (holder: string, count: number): Promise<void> => {
    for (let index = 0; index < count; index += 1) {
      const { conversationId } = await stores.activated();
      await stores.connection.db
        .updateTable('session')
        .set({ holder })
        .where('conversation_id', '=', conversationId)
        .execute();
    }
  };

  const states = async (): Promise<unknown[]> =>
    (await stores.replicas.list()).map(({ id, state }) => [id, state]);

  it('has the one replica with its sessions, and nothing that is internal', async () => {
    const now = await join('a');
    await hold('a', 2);
    const leaseUntil = isShared ? { leaseUntil: now + TTL_MS } : {};

    await expect(stores.replicas.list()).resolves.toEqual([
      { id: 'a', state: 'live', sessions: 2, ...leaseUntil },
    ]);
  });

  it('counts sessions that are not disconnected upstream yet, but none that are over', async () => {
    await join('a');
    await hold('a', 2);
    const [one, other] = await stores.sessions.walk('active', undefined, 10);
    if (one === undefined || other === undefined) throw new Error('There are too few sessions.');
    for (const session of [one, other]) {
      session.end('requested', 2_000);
      await stores.sessions.save(session);
    }
    other.settleDisconnect('confirmed', 3_000);
    await stores.sessions.save(other);

    await expect(stores.replicas.list()).resolves.toMatchObject([{ id: 'a', sessions: 1 }]);
  });

  it('has a replica that is about to stop, and one that has ended its lease', async () => {
    await join('a');
    await stores.replicas.retire('a');
    await expect(states()).resolves.toEqual([['a', 'leaving']]);

    await stores.replicas.leave('a');
    await expect(states()).resolves.toEqual([['a', 'lost']]);
  });

  it('groups the sessions by the index of held sessions', async () => {
    const { db } = stores.connection;
    const plan = await db.transaction().execute(async (transaction) => {
      // A table of a few rows is always read whole.
      if (isShared) await sql`set local enable_seqscan = off`.execute(transaction);
      const explain = isShared ? sql`explain` : sql`explain query plan`;
      return sql`${explain} ${replicasWithSessions(dialect)}`.execute(transaction);
    });

    expect(JSON.stringify(plan.rows)).toContain('session_held');
  });

  if (!isShared) return;

  it('has several in the order of their ids, each with its sessions', async () => {
    await join('b');
    await join('a');
    await join('c');
    await hold('a', 1);
    await hold('b', 3);
    await stores.connection.db.updateTable('replica').set({ lease_until: 1 }).where('id', '=', 'c').execute();

    await expect(stores.replicas.list()).resolves.toMatchObject([
      { id: 'a', state: 'live', sessions: 1 },
      { id: 'b', state: 'live', sessions: 3 },
      { id: 'c', state: 'lost', sessions: 0, leaseUntil: 1 },
    ]);
  });
});
