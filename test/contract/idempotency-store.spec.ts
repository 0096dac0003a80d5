import type { StoredResponse } from '../../src/session/domain/stored-response';
import { type IdempotentRequest, keyedRequestOf } from '../../src/session/domain/idempotent-request';
import type { Session } from '../../src/session/domain/session';
import { IdempotencyStore } from '../../src/session/ports/idempotency.store';
import {
  createStorage,
  DIALECTS,
  limits,
  newSession,
  TestStores,
  type TestStorage,
} from '../support/persistence-harness';

const DAY = 86_400_000;
const ANSWER: StoredResponse = {
  opened: {
    location: '/there',
    etag: '"tag"',
    body: { guestIdToken: 'jwt_canary', name: 'Zoë', upstream: [1] },
  },
};

function aRequest(given: Partial<Parameters<typeof keyedRequestOf>[0]> = {}): IdempotentRequest {
  return keyedRequestOf({ owner: '', key: 'key-canary', asked: {}, openingBy: 'process-1', ...given });
}

describe.each(DIALECTS)(`${IdempotencyStore.name} on %s`, (dialect) => {
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

  async function reserved(request = aRequest(), now = 1_000, total = 1_000): Promise<Session> {
    const session = newSession(now);
    await stores.sessions.reserve(session, limits(total), request);
    return session;
  }

  const find = (request = aRequest(), now = 2_000) => {
    stores.clock.at = now;
    return stores.idempotency.find(request);
  };

  async function activated(request = aRequest(), now = 1_000): Promise<Session> {
    const session = await reserved(request, now);
    session.activate(now);
    await stores.sessions.save(session, ANSWER);
    return session;
  }

  it('stores a key with the reservation of its session, and its answer with the activation', async () => {
    await expect(find()).resolves.toBeUndefined();
    const session = await reserved();
    const { conversationId } = session;
    const { fingerprint } = aRequest();
    await expect(find()).resolves.toEqual({ fingerprint, conversationId });

    session.activate(1_000);
    await stores.sessions.save(session, ANSWER);

    await expect(find()).resolves.toEqual({ fingerprint, conversationId, answer: ANSWER });
  });

  it('keeps its data after a restart', async () => {
    await activated();
    await stores.close();
    stores = await TestStores.open(storage.config);

    await expect(find()).resolves.toMatchObject({ answer: ANSWER });
  });

  it('takes a key once, and no slot for concurrent requests with it', async () => {
    const all = await Promise.allSettled(Array.from({ length: 100 }, () => reserved()));

    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refused = all.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    for (const reason of refused) expect(reason).toMatchObject({ code: 'request-in-progress' });
    await expect(stores.sessions.countLive()).resolves.toBe(1);
    await expect(stores.sessions.list({ limit: 200 })).resolves.toHaveLength(1);
  });

  it('reports a taken key rather than a missing slot', async () => {
    await reserved(aRequest(), 1_000, 1);

    await expect(reserved(aRequest(), 1_000, 1)).rejects.toMatchObject({ code: 'request-in-progress' });
  });

  it('stores no key of a session without a slot', async () => {
    await expect(reserved(aRequest(), 1_000, 0)).rejects.toMatchObject({ code: 'session-limit-reached' });

    await expect(find()).resolves.toBeUndefined();
    await reserved();
  });

  it('separates the keys of different owners, also for similar names', async () => {
    const owners = ['', 'billing', 'Billing', "O'Brien ü"];
    for (const owner of owners) await reserved(aRequest({ owner }));

    const found = await Promise.all(owners.map((owner) => find(aRequest({ owner }))));
    expect(new Set(found.map((kept) => kept?.conversationId)).size).toBe(4);
  });

  it('ignores an expired key, and gives it to the next request', async () => {
    const first = await activated();
    await expect(find(aRequest(), 1_000 + DAY - 1)).resolves.toMatchObject({ answer: ANSWER });
    await expect(find(aRequest(), 1_000 + DAY)).resolves.toBeUndefined();
    await expect(reserved(aRequest(), 1_000 + DAY - 1)).rejects.toMatchObject({
      code: 'request-in-progress',
    });

    const asked = { queueId: 'another' };
    const second = await reserved(aRequest({ asked }), 1_000 + DAY);

    expect(second.conversationId).not.toBe(first.conversationId);
    const { fingerprint } = aRequest({ asked });
    const { conversationId } = second;
    await expect(find(aRequest(), 2_000 + DAY)).resolves.toEqual({ fingerprint, conversationId });
  });

  describe('when the opening fails', () => {
    const PROBLEM: StoredResponse = {
      problem: { code: 'upstream-error', kind: 'upstream-rejected', title: 'No', detail: 'It failed.' },
    };

    it.each<[string, StoredResponse | undefined, object]>([
      ['keeps the problem that it is told', PROBLEM, PROBLEM],
      [
        'keeps that the session has ended when it is told nothing',
        undefined,
        { problem: { code: 'session-ended' } },
      ],
    ])('%s', async (_, told, answer) => {
      const session = await reserved();
      session.fail('open-failed', 1_500, { outcomeUnknown: true });
      await stores.sessions.save(session, told);

      await expect(find()).resolves.toMatchObject({ answer });
    });

    it('removes the key on release, so that the next request starts again', async () => {
      const session = await reserved();
      session.fail('open-failed', 1_500, { outcomeUnknown: false });
      await stores.sessions.save(session, 'forgotten');

      await expect(find()).resolves.toBeUndefined();
      await reserved();
      await expect(stores.sessions.countLive()).resolves.toBe(1);
    });

    it('settles nothing when another process was first', async () => {
      const session = await reserved();
      const other = await stores.get(session.conversationId);
      other.fail('interrupted', 1_500, { outcomeUnknown: true });
      await stores.sessions.save(other);
      session.activate(1_600);

      await expect(stores.sessions.save(session, ANSWER)).rejects.toMatchObject({ code: 'session-changed' });

      await expect(find()).resolves.toMatchObject({ answer: { problem: { code: 'session-ended' } } });
    });

    it('does not change the keys of other sessions', async () => {
      const [one, other] = [aRequest({ key: 'one' }), aRequest({ key: 'other' })];
      const session = await reserved(one);
      await reserved(other);
      session.fail('open-failed', 1_500, { outcomeUnknown: false });
      await stores.sessions.save(session, 'forgotten');

      await expect(find(one)).resolves.toBeUndefined();
      await expect(find(other)).resolves.toBeDefined();
    });
  });

  it('encrypts answers, and binds each to its key', async () => {
    await activated();
    await activated(aRequest({ key: 'another-canary' }));
    const { db } = stores.connection;
    const rows = await db.selectFrom('idempotency_key').selectAll().execute();

    expect(rows.map(({ answer }) => answer)).toEqual(
      rows.map(() => expect.stringMatching(/^enc:k1:/) as string),
    );
    expect(JSON.stringify(rows)).not.toMatch(/canary|jwt_|Zoë|there/);

    await db
      .updateTable('idempotency_key')
      .set({ answer: rows[0]?.answer ?? '' })
      .execute();
    const outcomes = await Promise.allSettled([find(), find(aRequest({ key: 'another-canary' }))]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  describe('an opening without an answer', () => {
    const theirs = aRequest({ openingBy: 'process-2' });

    it('can be resumed by its own process only, until its claim is removed', async () => {
      const { conversationId } = await reserved();
      await expect(stores.idempotency.claim(theirs)).resolves.toBe(false);
      await expect(stores.idempotency.claim(aRequest())).resolves.toBe(true);

      await expect(stores.idempotency.forgetClaims([conversationId, 'other'])).resolves.toEqual([
        conversationId,
      ]);

      const claims = await Promise.all(
        ['a', 'b', 'c', 'd'].map((openingBy) => stores.idempotency.claim(aRequest({ openingBy }))),
      );
      expect(claims.filter(Boolean)).toHaveLength(1);
    });

    it('is not listed once it is answered', async () => {
      const { conversationId } = await activated();

      await expect(stores.idempotency.claim(aRequest())).resolves.toBe(false);
      await expect(stores.idempotency.forgetClaims([conversationId])).resolves.toEqual([]);
      await expect(stores.idempotency.claim(aRequest({ key: 'unknown' }))).resolves.toBe(false);
    });
  });

  it('removes expired keys in batches, the longest expired first', async () => {
    const requests = Array.from({ length: 5 }, (_, at) => aRequest({ key: `key-${at}` }));
    for (const [at, request] of requests.entries()) await activated(request, 1_000 + at);

    await expect(stores.idempotency.purge(999 + DAY, 10)).resolves.toBe(0);
    await expect(stores.idempotency.purge(1_003 + DAY, 3)).resolves.toBe(3);

    const left = await Promise.all(requests.map((request) => find(request)));
    expect(left.map((kept) => kept !== undefined)).toEqual([false, false, false, true, true]);
    await expect(stores.idempotency.purge(1_003 + DAY, 3)).resolves.toBe(1);
    await expect(stores.sessions.list({ limit: 10 })).resolves.toHaveLength(5);
  });

  it('finds stalled openings by the time of their last start', async () => {
    const { conversationId } = await reserved();
    const stalled = async (before: number): Promise<string[]> =>
      (await stores.sessions.findStalled(before, 10)).map((session) => session.conversationId);
    await expect(stalled(1_001)).resolves.toEqual([conversationId]);

    const session = await stores.get(conversationId);
    session.restart(5_000);
    await stores.sessions.save(session);

    await expect(stalled(5_000)).resolves.toEqual([]);
    await expect(stalled(5_001)).resolves.toEqual([conversationId]);
    await expect(find()).resolves.toEqual({ fingerprint: aRequest().fingerprint, conversationId });
  });
});
