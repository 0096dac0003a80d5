import type { Session } from '../../src/session/domain/session';
import type { SessionFilter } from '../../src/session/domain/session-filter';
import { SessionStore } from '../../src/session/ports/session.store';
import { createStorage, DIALECTS, TestStores, type TestStorage } from '../support/persistence-harness';

describe.each(DIALECTS)(`${SessionStore.name} queries on %s`, (dialect) => {
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

  const ids = (sessions: readonly Session[]) => sessions.map((session) => session.conversationId);

  describe('list', () => {
    it('is newest first', async () => {
      const [a, b, c] = [await stores.reserved(1), await stores.reserved(3), await stores.reserved(2)];
      expect(ids(await stores.sessions.list({ limit: 10 }))).toEqual(ids([b, c, a]));
    });

    it('filters by state', async () => {
      await stores.reserved(1);
      const active = await stores.activated(2);
      expect(ids(await stores.sessions.list({ state: 'active', limit: 10 }))).toEqual([
        active.conversationId,
      ]);
      await expect(stores.sessions.list({ state: 'failed', limit: 10 })).resolves.toEqual([]);
    });

    it('filters by each other field, and by several at once', async () => {
      const own = { owner: 'billing', channel: 'web-messaging', queueId: 'support' };
      const wanted = await stores.activated(2_000, own);
      for (const other of [{ owner: 'sales' }, { channel: 'open-messaging' }, { queueId: 'returns' }])
        await stores.activated(2_000, { ...own, ...other });
      await stores.activated(1_999, own);
      await stores.activated(3_000, own);
      const { conversationId, snapshot } = wanted;
      const at = { from: 2_000, to: 3_000 };
      const found = async (filter: SessionFilter): Promise<number> =>
        (await stores.sessions.list({ ...filter, limit: 10 })).length;

      const all = { caller: 'billing', channel: 'web-messaging', queueId: 'support', ...at };
      expect(ids(await stores.sessions.list({ ...all, limit: 10 }))).toEqual([conversationId]);
      expect(ids(await stores.sessions.list({ conversationId, ...all, limit: 10 }))).toEqual([
        conversationId,
      ]);
      const { guestRef } = snapshot;
      expect(ids(await stores.sessions.list({ guestRef, ...at, limit: 10 }))).toContain(conversationId);
      expect(await found({ conversationId, queueId: 'returns' })).toBe(0);
      expect(await found({ guestRef: '0'.repeat(32) })).toBe(0);
      expect(await found({ owner: 'sales', caller: 'billing' })).toBe(0);
      expect(await Promise.all([found({ caller: 'billing' }), found({ channel: 'web-messaging' })])).toEqual([
        5, 5,
      ]);
      expect(await Promise.all([found({ queueId: 'support' }), found(at), found({ to: 2_000 })])).toEqual([
        5, 4, 1,
      ]);
    });

    it.each([undefined, 'connecting'] as const)(
      'neither repeats nor skips sessions of one millisecond while others come and go (state %s)',
      async (state) => {
        const old = await Promise.all(Array.from({ length: 23 }, () => stores.reserved(1_000)));
        const seen: string[] = [];
        let after: { createdAt: number; conversationId: string } | undefined;
        for (;;) {
          const page = await stores.sessions.list({
            limit: 5,
            ...(state === undefined ? {} : { state }),
            ...(after === undefined ? {} : { after }),
          });
          const last = page.at(-1)?.snapshot;
          if (last === undefined) break;
          seen.push(...ids(page));
          after = { createdAt: last.createdAt, conversationId: last.conversationId };
          await stores.reserved(2_000);
        }
        expect(seen).toHaveLength(23);
        expect([...seen].sort()).toEqual(ids(old).sort());
      },
    );
  });

  describe('the due sessions', () => {
    it('are active sessions past their limit, the longest overdue first', async () => {
      const late = await stores.activated(2_000, { durationLimit: 10 });
      const later = await stores.activated(1_000, { durationLimit: 10 });
      await stores.activated(3_000, { durationLimit: 10 });
      await stores.reserved(1_000, { durationLimit: 1 });
      expect(ids(await stores.sessions.findExpired(12_000, 10))).toEqual(ids([later, late]));
      expect(ids(await stores.sessions.findExpired(12_000, 1))).toEqual(ids([later]));
      await expect(stores.sessions.findExpired(10_999, 10)).resolves.toEqual([]);
    });

    it('are those with due disconnects, the longest overdue first, until they are settled', async () => {
      const [a, b] = [await stores.activated(), await stores.activated()];
      a.end('requested', 3_000);
      b.end('requested', 2_000);
      await stores.sessions.save(a);
      await stores.sessions.save(b);
      expect(ids(await stores.sessions.findDisconnectsDue(3_000, 10))).toEqual(ids([b, a]));
      expect(ids(await stores.sessions.findDisconnectsDue(2_999, 10))).toEqual(ids([b]));
      b.settleDisconnect('confirmed', 4_000);
      await stores.sessions.save(b);
      expect(ids(await stores.sessions.findDisconnectsDue(9_000, 10))).toEqual(ids([a]));
    });

    it('are stalled openings', async () => {
      const stalled = await stores.reserved(1_000);
      await stores.reserved(2_000);
      await stores.activated(1_000);
      expect(ids(await stores.sessions.findStalled(2_000, 10))).toEqual([stalled.conversationId]);
    });

    it('of one state are read page by page', async () => {
      const active = await Promise.all(Array.from({ length: 7 }, () => stores.activated()));
      await stores.reserved();
      const first = ids(await stores.sessions.walk('active', undefined, 4));
      const second = ids(await stores.sessions.walk('active', first.at(-1), 4));
      expect(await stores.sessions.walk('active', second.at(-1), 4)).toEqual([]);
      expect([...first, ...second]).toEqual(ids(active).sort());
    });
  });
});
