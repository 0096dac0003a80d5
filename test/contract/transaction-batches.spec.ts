import { CompiledQuery, sql } from 'kysely';
import { Client } from 'pg';
import type { SessionTable } from '../../src/persistence/database/database';
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
  requestOf,
  TestStores,
  type TestStorage,
} from '../support/persistence-harness';
import { administrate } from '../support/postgres';
import { until } from '../support/until';
import { verifiedTrail } from '../support/verified-trail';
import { countersIn, statusesOf, transactionsOf } from '../support/written-rows';

/** Makes the driver report an error for each commit, once the server has answered it. */
function afterCommits(error: Error): jest.SpyInstance {
  const original = Object.getOwnPropertyDescriptor(Client.prototype, 'query');
  const query = original?.value as (...given: unknown[]) => Promise<unknown>;
  const failing = function (this: Client, ...given: unknown[]): unknown {
    const answer = Reflect.apply(query, this, given);
    const isCommit = (given[0] as { readonly text?: string }).text === 'commit';
    return isCommit ? answer.then(() => Promise.reject(error)) : answer;
  };
  return jest.spyOn(Client.prototype, 'query').mockImplementation(failing);
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
  const counters = () => countersIn(stores.connection.db);

  it('runs transactions with the same statements that come up together as one', async () => {
    const sessions = await reserved(20);
    expect(await transactionsOf(stores.connection.db, 'session')).toBe(1);

    await Promise.all(sessions.map(activating));
    expect(await transactionsOf(stores.connection.db, 'session')).toBe(1);
    expect(await transactionsOf(stores.connection.db, 'session_event')).toBe(1);
    expect(await transactionsOf(stores.connection.db, 'conversation_event')).toBe(1);
    expect(await transactionsOf(stores.connection.db, 'audit_record')).toBe(1);

    await settling();
    expect(await transactionsOf(stores.connection.db, 'delivery')).toBe(1);
    expect(await transactionsOf(stores.connection.db, 'delivery_attempt')).toBe(1);
    expect(await transactionsOf(stores.connection.db, 'audit_record')).toBe(2);

    for (const session of sessions) session.end('requested', 3_000);
    await Promise.all(sessions.map((session) => stores.sessions.save(session)));
    expect(await transactionsOf(stores.connection.db, 'session')).toBe(1);
    expect(await transactionsOf(stores.connection.db, 'audit_record')).toBe(3);
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

    expect(await transactionsOf(stores.connection.db, 'idempotency_key')).toBe(1);
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
    expect(await transactionsOf(stores.connection.db, 'session')).toBe(2);
  });

  it('lets each transaction succeed or fail by itself if one is refused', async () => {
    const sessions = await reserved(10);
    const [first] = sessions;
    if (first === undefined) throw new Error('There is no session.');
    await activating(await stores.get(first.conversationId));

    const results = await Promise.allSettled(sessions.map(activating));

    expect(statusesOf(results)).toEqual({ rejected: 1, fulfilled: 9 });
    expect(results[0]).toMatchObject({ reason: expect.any(SessionChangedError) as Error });
    expect(await counters()).toMatchObject({ 'sessions-started': 10 });
    expect(await verifiedTrail(stores)).toEqual([undefined, 10]);
  });

  it('keeps values as they are', async () => {
    const name = 'Zoë "\\" \u2028 👋 <b> \' ; -- $1';
    const sessions = [newSession(1_000, { name }), newSession(1_700_000_000_000, { name: '', locale: 'x' })];
    await Promise.all(sessions.map((session) => stores.sessions.reserve(session, limits(10))));
    await Promise.all(sessions.map(activating));

    expect(await transactionsOf(stores.connection.db, 'session')).toBe(1);
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

    expect(statusesOf(results)).toEqual({ rejected: 5 });
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

  it('makes room for other transactions while two wait for rows that are locked', async () => {
    const [first, second, third] = await reserved(3);
    if (first === undefined || second === undefined || third === undefined) throw new Error('There is none.');
    const ids = [first, second].map(({ conversationId }) => `'${conversationId}'`).join();
    let held: Promise<void>[] = [];

    await whileLocked(url, `select 1 from session where conversation_id in (${ids}) for update`, async () => {
      held = [activating(first)];
      await untilBlocked(url);
      held.push(activating(second));
      await activating(third);
      expect((await stores.get(third.conversationId)).snapshot.state).toBe('active');
      expect((await stores.get(first.conversationId)).snapshot.state).toBe('connecting');
    });
    await Promise.all(held);
  });

  it('runs nothing again after an error that does not tell whether it was committed', async () => {
    const sessions = await reserved(3);
    const failing = afterCommits(new Error('The record is too long.'));

    const results = await Promise.allSettled(sessions.map(activating));
    failing.mockRestore();

    for (const result of results)
      expect(result).toMatchObject({ reason: { message: 'The record is too long.' } });
    expect(await counters()).toMatchObject({ 'sessions-started': 3 });
    expect(await verifiedTrail(stores)).toEqual([undefined, 3]);
  });

  it('accepts no work that waits for the database', async () => {
    const waiting = [
      stores.unitOfWork.send((work) => work.ask(sql`select 1`.compile(work.db))),
      stores.unitOfWork.send(({ db }) => db.selectFrom('counter').selectAll().execute()),
    ];
    for (const work of waiting) await expect(work).rejects.toThrow(WaitingError);
  });
});
