import { guestAddressOf } from '../../src/session/domain/opening-message';
import type { Session } from '../../src/session/domain/session';
import { CallerSessionLimitReachedError } from '../../src/session/domain/session.errors';
import { TransactionBatches } from '../../src/persistence/database/transaction-batches';
import {
  createStorage,
  limits,
  newSession,
  requestOf,
  TestStores,
  type TestStorage,
} from '../support/persistence-harness';
import { countersIn, statusesOf, transactionsOf } from '../support/written-rows';

describe(`reservations in ${TransactionBatches.name}`, () => {
  let storage: TestStorage;
  let stores: TestStores;

  beforeEach(async () => {
    storage = await createStorage('postgres');
    stores = await TestStores.open(storage.config);
  });
  afterEach(async () => {
    await stores.close();
    await storage.remove();
  });

  const newSessions = (count: number): Session[] => Array.from({ length: count }, () => newSession());
  const counters = () => countersIn(stores.connection.db);

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

    expect(results.map(statusesOf)).toEqual([
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
    expect(await transactionsOf(stores.connection.db, 'session')).toBe(1);
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
    expect(await transactionsOf(stores.connection.db, 'idempotency_key')).toBeLessThanOrEqual(4);
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
    expect(statusesOf(results)).toEqual({ fulfilled: 3, rejected: 1 });
  });

  it('refuses some of a batch without a transaction of their own for the others', async () => {
    const ofCaller = { total: 1, onClients: 1 };
    const reserve = (owner: string) =>
      stores.sessions.reserve(newSession(1_000, { owner }), { ...limits(100), ofCaller });
    await reserve('full');
    const owners = ['a', 'full', 'b', 'full', 'c'];

    const results = await Promise.allSettled(owners.map(reserve));

    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    expect(results[1]).toMatchObject({ reason: expect.any(CallerSessionLimitReachedError) as Error });
    expect(await transactionsOf(stores.connection.db, 'session')).toBe(2);
    expect(await counters()).toMatchObject({ slots: 4, 'slots:client': 4 });
  });

  it('holds each reservation to its own limits, as while settings change', async () => {
    const results = await Promise.allSettled(
      [10, 1, 1].map((total) =>
        stores.sessions.reserve(newSession(1_000, { owner: 'a' }), {
          ...limits(100),
          ofCaller: { total, onClients: total },
        }),
      ),
    );
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  });
});
