import { CompiledQuery, sql } from 'kysely';
import type { SessionTable } from '../../src/persistence/database/database';
import { type IdempotentRequest, keyedRequestOf } from '../../src/session/domain/idempotent-request';
import { guestAddressOf } from '../../src/session/domain/opening-message';
import type { Session } from '../../src/session/domain/session';
import { SessionChangedError } from '../../src/session/domain/session.errors';
import { WaitingError } from '../../src/persistence/database/postgres-compiler';
import { BATCH_SETTINGS } from '../../src/persistence/database/batch-statements';
import { TransactionBatches } from '../../src/persistence/database/transaction-batches';
import { updatingRowOf } from '../../src/persistence/database/updating-row';
import { untilBlocked, whileLocked } from '../support/held-locks';
import {
  createStorage,
  limits,
  newSession,
  TestStores,
  type TestStorage,
} from '../support/persistence-harness';
import { administrate } from '../support/postgres';
import { until } from '../support/until';
import { verifiedTrail } from '../support/verified-trail';

function requestOf(key: string): IdempotentRequest {
  return keyedRequestOf({ owner: '', key, asked: {}, openingBy: 'process-1' });
}

describe(TransactionBatches.name, () => {
  let storage: TestStorage;
  let stores: TestStores;
  let url: string;

  beforeEach(async () => {
    storage = await createStorage('postgres');
    stores = await TestStores.open(storage.config);
    url = storage.config.databaseUrl ?? '';
  });
  afterEach(async () => {
    await stores.close();
    await storage.remove();
  });

  /** Number of transactions that have written the rows of a table. */
  const transactionsOf = async (table: string): Promise<number> => {
    const { rows } = await sql<{ count: number }>`
      select count(distinct cast(xmin as text)) as count from ${sql.table(table)}`.execute(
      stores.connection.db,
    );
    return rows[0]?.count ?? 0;
  };
  const statuses = (results: readonly PromiseSettledResult<unknown>[]): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const { status } of results) counts[status] = (counts[status] ?? 0) + 1;
    return counts;
  };
  const newSessions = (count: number): Session[] => Array.from({ length: count }, () => newSession());
  const reserved = async (count: number): Promise<Session[]> => {
    const sessions = newSessions(count);
    await Promise.all(sessions.map((session) => stores.sessions.reserve(session, limits(1_000))));
    return sessions;
  };
  const activating = (session: Session): Promise<void> => {
    session.activate(1_000);
    return stores.sessions.save(session);
  };
  const settling = async (): Promise<void> => {
    const deliveries = await stores.claim({ limit: 100 });
    await Promise.all(
      deliveries.map((delivery) => stores.outbox.settle(delivery, { at: 2_000, latencyMs: 7 })),
    );
  };
  const counters = async (): Promise<Record<string, number>> => {
    const rows = await stores.connection.db.selectFrom('counter').selectAll().execute();
    return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
  };

  it('runs transactions with the same statements that come up together as one', async () => {
    const sessions = await reserved(20);
    expect(await transactionsOf('session')).toBe(1);

    await Promise.all(sessions.map(activating));
    expect(await transactionsOf('session')).toBe(1);
    expect(await transactionsOf('session_event')).toBe(1);
    expect(await transactionsOf('conversation_event')).toBe(1);
    expect(await transactionsOf('audit_record')).toBe(1);

    await settling();
    expect(await transactionsOf('delivery')).toBe(1);
    expect(await transactionsOf('delivery_attempt')).toBe(1);
    expect(await transactionsOf('audit_record')).toBe(2);

    for (const session of sessions) session.end('requested', 3_000);
    await Promise.all(sessions.map((session) => stores.sessions.save(session)));
    expect(await transactionsOf('session')).toBe(1);
    expect(await transactionsOf('audit_record')).toBe(3);
  });

  it('writes the answers to the keys of openings together', async () => {
    const sessions = newSessions(10);
    await Promise.all(
      sessions.map((session, index) =>
        stores.sessions.reserve(session, limits(100), requestOf(`key-${index}`)),
      ),
    );
    await Promise.all(
      sessions.map((session) => {
        session.activate(1_000);
        return stores.sessions.save(session, {
          opened: { location: `/${session.conversationId}`, etag: '', body: {} },
        });
      }),
    );

    expect(await transactionsOf('idempotency_key')).toBe(1);
    stores.clock.at = 2_000;
    await expect(stores.idempotency.find(requestOf('key-7'))).resolves.toMatchObject({
      answer: { opened: { location: `/${sessions[7]?.conversationId ?? ''}` } },
    });
  });

  it('finds the rows of a batch by their keys, however few their table has', async () => {
    await reserved(3);
    const on = { db: stores.connection.db, dialect: 'postgres' } as const;
    const update = { changes: { state: 'active' }, expected: { conversation_id: 'id', version: 0 } } as const;
    const { form } = updatingRowOf<SessionTable>('session')(on, update).batching ?? {};
    const batch = form?.statement(on, [update, update] as never[]);

    const plan = await stores.connection.db.transaction().execute(async (transaction) => {
      await transaction.executeQuery(BATCH_SETTINGS);
      const explain = CompiledQuery.raw(`explain ${batch?.sql ?? ''}`, [...(batch?.parameters ?? [])]);
      return JSON.stringify((await transaction.executeQuery(explain)).rows);
    });
    expect(plan).toContain('Index Scan');
    expect(plan).not.toContain('Seq Scan');
  });

  it('leaves what the transactions would leave one by one', async () => {
    const sessions = await reserved(20);
    await Promise.all(sessions.map(activating));
    await settling();

    for (const session of sessions) {
      const stored = await stores.get(session.conversationId);
      expect(stored.snapshot).toEqual(session.snapshot);
      expect(stored.snapshot).toMatchObject({ state: 'active', version: 1, lastSequence: 1 });
    }
    expect(await counters()).toMatchObject({
      slots: 20,
      'slots:client': 20,
      'sessions-started': 20,
      deliveries: 20,
      'delivery-latency-ms': 140,
    });
    expect(await stores.claim({ now: 100_000, relay: 'relay-2' })).toEqual([]);
    expect(await verifiedTrail(stores)).toEqual([undefined, 40]);
    const published = stores.published.records.map(({ chain, seq, hash }) => ({ chain, seq, hash }));
    const written = await stores.connection.db
      .selectFrom('audit_record')
      .select(['chain', 'seq', 'hash'])
      .execute();
    expect(published).toHaveLength(40);
    expect(written).toEqual(expect.arrayContaining(published));
  });

  it('has a bound: what comes up beyond it is in the next batch', async () => {
    await reserved(70);
    expect(await transactionsOf('session')).toBe(2);
  });

  it('lets each transaction succeed or fail by itself if one is refused', async () => {
    const sessions = await reserved(10);
    const [first] = sessions;
    if (first === undefined) throw new Error('There is no session.');
    await activating(await stores.get(first.conversationId));

    const results = await Promise.allSettled(sessions.map(activating));

    expect(statuses(results)).toEqual({ rejected: 1, fulfilled: 9 });
    expect(results[0]).toMatchObject({ reason: expect.any(SessionChangedError) as Error });
    expect(await counters()).toMatchObject({ 'sessions-started': 10 });
    expect(await verifiedTrail(stores)).toEqual([undefined, 10]);
  });

  it('keeps limits exact: those of the service, of an OAuth client and of a caller', async () => {
    const ofCaller = { total: 8, onClients: 6 };
    const reserveAll = (
      owner: string,
      oauthClient: string,
      given: Parameters<typeof stores.sessions.reserve>[1],
    ): Promise<PromiseSettledResult<void>[]> =>
      Promise.allSettled(
        Array.from({ length: 12 }, () =>
          stores.sessions.reserve(newSession(1_000, { owner, oauthClient }), given),
        ),
      );

    const results = await Promise.all([
      reserveAll('a', 'client-1', { ...limits(100), ofCaller }),
      reserveAll('b', '', { ...limits(100), ofCaller }),
      reserveAll('c', 'client-2', { total: 100, ofClient: 5 }),
    ]);

    expect(results.map(statuses)).toEqual([
      { fulfilled: 6, rejected: 6 },
      { fulfilled: 8, rejected: 4 },
      { fulfilled: 5, rejected: 7 },
    ]);
    expect(await counters()).toMatchObject({
      slots: 19,
      'slots:': 8,
      'slots:client-1': 6,
      'slots:client-2': 5,
    });
  });

  it('fills the limits of a caller in one batch', async () => {
    const filled = { ...limits(10), ofCaller: { total: 10, onClients: 10 } };
    await Promise.all(newSessions(10).map((session) => stores.sessions.reserve(session, filled)));
    expect(await transactionsOf('session')).toBe(1);
    await expect(stores.sessions.reserve(newSession(), filled)).rejects.toMatchObject({
      code: 'session-limit-reached',
    });
  });

  it('gives an idempotency key to one of the reservations that come up with it', async () => {
    const keys = ['one', 'two', 'two', 'three'];

    const results = await Promise.allSettled(
      keys.map((key) => stores.sessions.reserve(newSession(), limits(100), requestOf(key))),
    );
    expect(results.map(({ status }) => status).sort()).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
    ]);
    expect(await counters()).toMatchObject({ slots: 3 });

    const together = ['four', 'five', 'six'].map((key) => ({ key, session: newSession() }));
    await Promise.all(
      together.map(({ key, session }) => stores.sessions.reserve(session, limits(100), requestOf(key))),
    );
    expect(await transactionsOf('idempotency_key')).toBeLessThanOrEqual(4);
    for (const { key, session } of together) {
      stores.clock.at = 2_000;
      await expect(stores.idempotency.find(requestOf(key))).resolves.toMatchObject({
        conversationId: session.conversationId,
      });
    }
  });

  it("gives a guest's address to one of the sessions that come up with it", async () => {
    const addresses = ['a', 'b', 'b', 'c'].map((guest) => guestAddressOf('integration', guest));
    const results = await Promise.allSettled(
      addresses.map((guestAddress) =>
        stores.sessions.reserve(newSession(1_000, { guestAddress }), limits(100)),
      ),
    );
    expect(statuses(results)).toEqual({ fulfilled: 3, rejected: 1 });
  });

  it('keeps values as they are', async () => {
    const name = 'Zoë "\\" \u2028 👋 <b> \' ; -- $1';
    const sessions = [newSession(1_000, { name }), newSession(1_700_000_000_000, { name: '', locale: 'x' })];
    await Promise.all(sessions.map((session) => stores.sessions.reserve(session, limits(10))));
    await Promise.all(sessions.map(activating));

    expect(await transactionsOf('session')).toBe(1);
    for (const session of sessions)
      expect((await stores.get(session.conversationId)).snapshot).toEqual(session.snapshot);
  });

  it('does not hold transactions up for a row that another one keeps locked', async () => {
    const sessions = await reserved(5);
    const [locked, ...others] = sessions;
    const id = locked?.conversationId ?? '';
    let saves: Promise<void>[] = [];

    await whileLocked(url, `select 1 from session where conversation_id = '${id}' for update`, async () => {
      saves = sessions.map(activating);
      await Promise.all(saves.slice(1));
      for (const { conversationId } of others)
        expect((await stores.get(conversationId)).snapshot.state).toBe('active');
      expect((await stores.get(id)).snapshot.state).toBe('connecting');
    });
    await Promise.all(saves);
    expect((await stores.get(id)).snapshot.state).toBe('active');
  });

  it('fails all transactions of a batch whose connection is lost, and runs none of them again', async () => {
    const sessions = await reserved(5);
    const [first] = sessions;
    const lock = `select 1 from session where conversation_id = '${first?.conversationId ?? ''}' for update`;

    const results = await whileLocked(url, lock, async () => {
      const saves = Promise.allSettled(sessions.map(activating));
      await untilBlocked(url);
      await administrate(
        url,
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return saves;
    });

    expect(statuses(results)).toEqual({ rejected: 5 });
    for (const result of results) expect(result).toMatchObject({ reason: { code: 'storage-unavailable' } });
    await until(async () => {
      const states = await Promise.all(
        sessions.map(async ({ conversationId }) => (await stores.get(conversationId)).snapshot.state),
      );
      return states.every((state) => state === 'connecting');
    });
  });

  it('two processes that write to the same chains and counters do not fail each other', async () => {
    const beside = TestStores.beside(storage.config);
    try {
      const rounds = Array.from({ length: 8 }, async () => {
        await Promise.all(
          [stores, beside].map(async (own) => {
            const sessions = newSessions(20);
            await Promise.all(sessions.map((session) => own.sessions.reserve(session, limits(1_000))));
            await Promise.all(
              sessions.map((session) => {
                session.activate(1_000);
                return own.sessions.save(session);
              }),
            );
          }),
        );
      });
      await Promise.all(rounds);
    } finally {
      await beside.close();
    }
    expect(await counters()).toMatchObject({ slots: 320, 'sessions-started': 320 });
    expect(await verifiedTrail(stores)).toEqual([undefined, 320]);
  });

  it('accepts no work that waits for the database', async () => {
    const waiting = [
      stores.unitOfWork.send((work) => work.ask(sql`select 1`.compile(work.db))),
      stores.unitOfWork.send(({ db }) => db.selectFrom('counter').selectAll().execute()),
    ];
    for (const work of waiting) await expect(work).rejects.toThrow(WaitingError);
  });
});
