import { sql } from 'kysely';
import { chainOf } from '../../src/audit/domain/audit-chain';
import type { Session } from '../../src/session/domain/session';
import { SessionLimitReachedError } from '../../src/session/domain/session.errors';
import { SessionStore } from '../../src/session/ports/session.store';
import { createFirstSchema } from './earlier-schemas';
import {
  createEmptyStorage,
  createStorage,
  DIALECTS,
  limits,
  newSession,
  TestStores,
  type TestStorage,
} from '../support/persistence-harness';
import { until } from '../support/until';

describe.each(DIALECTS)(`the slots of OAuth clients in the ${SessionStore.name} on %s`, (dialect) => {
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

  const slotsByClient = async () => Object.fromEntries(await stores.sessions.countLiveByClient());

  it('are refused beyond the limit of the OAuth client, which the error names, without a change', async () => {
    const ofClient = { total: 10, ofClient: 2 };
    await stores.sessions.reserve(newSession(), ofClient);
    await stores.sessions.reserve(newSession(), ofClient);
    const third = newSession();
    await expect(stores.sessions.reserve(third, ofClient)).rejects.toMatchObject({
      code: 'session-limit-reached',
      reason: 'upstream-budget',
    });
    await expect(stores.sessions.find(third.conversationId)).resolves.toBeUndefined();
    await expect(stores.sessions.countLive()).resolves.toBe(2);
    await expect(slotsByClient()).resolves.toEqual({ client: 2 });
    await stores.sessions.reserve(newSession(1_000, { oauthClient: 'other' }), ofClient);
    await expect(slotsByClient()).resolves.toEqual({ client: 2, other: 1 });
  });

  it("name the service's cap when both limits are reached", async () => {
    await stores.reserved();
    await expect(stores.sessions.reserve(newSession(), limits(1))).rejects.toMatchObject({
      reason: 'sessions',
    });
    await expect(slotsByClient()).resolves.toEqual({ client: 1 });
  });

  it('keep both limits exact for 200 concurrent openings on three clients', async () => {
    const asked = Array.from({ length: 200 }, (_, index) =>
      newSession(1_000, { oauthClient: `client-${index % 3}` }),
    );
    const outcomes = await Promise.allSettled(
      asked.map((session) => stores.sessions.reserve(session, { total: 40, ofClient: 15 })),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(40);
    const refused = outcomes.filter(
      (outcome) => outcome.status === 'rejected' && outcome.reason instanceof SessionLimitReachedError,
    );
    expect(refused).toHaveLength(160);
    await expect(stores.sessions.countLive()).resolves.toBe(40);
    const counts = Object.values(await slotsByClient());
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(40);
    expect(Math.max(...counts)).toBeLessThanOrEqual(15);
    await expect(stores.sessions.list({ limit: 500 })).resolves.toHaveLength(40);
  });

  it('are not taken for a session that cannot be written', async () => {
    const session = await stores.reserved();
    const [outcome] = await Promise.allSettled([stores.sessions.reserve(session, limits(10))]);
    expect(outcome.status).toBe('rejected');
    await expect(slotsByClient()).resolves.toEqual({ client: 1 });
  });

  it('are freed once, for their own client only', async () => {
    const [session] = [await stores.activated(), await stores.activated(1_000, { oauthClient: 'other' })];
    session.end('requested', 2_000);
    await stores.sessions.save(session);
    await expect(slotsByClient()).resolves.toEqual({ client: 0, other: 1 });
    session.settleDisconnect('confirmed', 4_000);
    await stores.sessions.save(session);
    await expect(slotsByClient()).resolves.toEqual({ client: 0, other: 1 });
  });

  it('are reused by the next session of the client', async () => {
    const one = { total: 10, ofClient: 1 };
    const session = newSession();
    await stores.sessions.reserve(session, one);
    session.fail('open-failed', 2_000, { outcomeUnknown: false });
    await stores.sessions.save(session);
    await stores.sessions.reserve(newSession(), one);
    await expect(slotsByClient()).resolves.toEqual({ client: 1 });
  });

  it("are set to each client's number of live sessions, and removed for clients without any", async () => {
    await stores.reserved();
    await stores.activated();
    await stores.activated(1_000, { oauthClient: 'other' });
    const ended = await stores.activated(1_000, { oauthClient: 'gone' });
    ended.lose('gone', 2_000);
    await stores.sessions.save(ended);
    await stores.connection.db
      .updateTable('counter')
      .set({ value: 77 })
      .where('name', 'in', ['slots', 'slots:client', 'slots:gone'])
      .execute();
    await expect(stores.sessions.recountSlots()).resolves.toBe(3);
    await expect(slotsByClient()).resolves.toEqual({ client: 2, other: 1 });
    await expect(stores.summary.totals()).resolves.toMatchObject({ sessionsStarted: 3 });
  });

  it('are counted correctly while slots are taken and freed', async () => {
    const sessions = await Promise.all(Array.from({ length: 20 }, () => stores.activated()));
    await Promise.all([
      ...sessions.map((session) => {
        session.end('requested', 2_000);
        return stores.sessions.save(session);
      }),
      ...Array.from({ length: 5 }, () => stores.sessions.recountSlots()),
      ...Array.from({ length: 20 }, () => stores.reserved(1_000, { oauthClient: 'other' })),
    ]);
    await expect(stores.sessions.countLive()).resolves.toBe(20);
    const { client = 0, other } = await slotsByClient();
    expect([client, other]).toEqual([0, 20]);
  });

  it('accept any client id', async () => {
    const oauthClient = `O'Brien:%_\\ "1"`;
    await stores.activated(1_000, { oauthClient });
    await expect(slotsByClient()).resolves.toEqual({ [oauthClient]: 1 });
    await expect(stores.sessions.recountSlots()).resolves.toBe(1);
    await expect(slotsByClient()).resolves.toEqual({ [oauthClient]: 1 });
  });

  describe('on a database from before OAuth clients', () => {
    it('keep sessions without a client, and count and free their slots', async () => {
      const old = await createEmptyStorage(dialect);
      const [kept, ended] = [newSession(), newSession()];
      await createFirstSchema(old.config, [kept, ended]);
      const migrated = await TestStores.open(old.config);
      const byClient = async () => Object.fromEntries(await migrated.sessions.countLiveByClient());

      expect((await migrated.get(kept.conversationId)).snapshot).toEqual({
        ...kept.snapshot,
        oauthClient: '',
      });
      await expect(migrated.sessions.countLive()).resolves.toBe(2);
      await expect(migrated.sessions.recountSlots()).resolves.toBe(2);
      await expect(byClient()).resolves.toEqual({ '': 2 });

      const session = await migrated.get(ended.conversationId);
      session.fail('open-failed', 2_000, { outcomeUnknown: false });
      await migrated.sessions.save(session);
      await migrated.sessions.reserve(newSession(), { total: 2, ofClient: 1 });
      await expect(byClient()).resolves.toEqual({ '': 1, client: 1 });
      await migrated.close();

      const again = await TestStores.open(old.config);
      await expect(again.sessions.countLive()).resolves.toBe(2);
      await again.close();
      await old.remove();
    });
  });
});

describe(`the counters of the ${SessionStore.name} on postgres`, () => {
  it('are locked by a save during its commit only, so that other saves do not wait for its audit chain', async () => {
    const storage = await createStorage('postgres');
    const stores = await TestStores.open(storage.config);
    const waiting = await stores.activated();
    const other = await sessionOfAnotherChain(stores, chainOf(waiting.conversationId));
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const locked = new Promise<void>((resolve, reject) => {
      stores.connection.db
        .transaction()
        .execute(async (db) => {
          await db
            .selectFrom('audit_head')
            .select('chain')
            .where('chain', '=', chainOf(waiting.conversationId))
            .forUpdate()
            .execute();
          resolve();
          await held;
        })
        .catch(reject);
    });
    await locked;
    waiting.end('requested', 2_000);
    const blocked = stores.sessions.save(waiting);
    await until(async () => (await waitingForLocks(stores)) === 1);
    other.end('requested', 2_000);
    await stores.sessions.save(other);

    expect((await stores.get(other.conversationId)).state).toBe('terminating');
    expect((await stores.get(waiting.conversationId)).state).toBe('active');
    release();
    await blocked;
    await expect(stores.sessions.countLive()).resolves.toBe(0);
    await stores.close();
    await storage.remove();
  });
});

async function sessionOfAnotherChain(stores: TestStores, chain: number): Promise<Session> {
  for (;;) {
    const session = await stores.activated();
    if (chainOf(session.conversationId) !== chain) return session;
    session.end('requested', 1_500);
    await stores.sessions.save(session);
  }
}

async function waitingForLocks({ connection }: TestStores): Promise<number> {
  const { rows } = await sql<{ waiting: number }>`
    select count(*)::int as waiting from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`.execute(connection.db);
  return rows[0]?.waiting ?? 0;
}
