import { DeadlineStore } from '../../src/replica/ports/deadline.store';
import { createStorage, DIALECTS, TestStores, type TestStorage } from '../support/persistence-harness';
import { claimOne } from './queued-sessions';

const NOW = 10_000;
const HOUR = 3_600_000;
const PAUSE = 2 * HOUR;

describe.each(DIALECTS)(`${DeadlineStore.name} on %s`, (dialect) => {
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

  it.each([HOUR, -HOUR])(
    'moves the times of live sessions and of pending disconnects by %d ms',
    async (step) => {
      const active = await stores.activated(1_000);
      const ending = await stores.activated(1_000);
      ending.end('requested', 2_000);
      await stores.sessions.save(ending);
      const over = await stores.activated(1_000);
      over.lose('gone', 2_000);
      await stores.sessions.save(over);
      const timesOf = async ({ conversationId }: { conversationId: string }) => {
        const { startedAt, expiresAt, endedAt, disconnectDueAt } = (await stores.get(conversationId))
          .snapshot;
        return { startedAt, expiresAt, endedAt, disconnectDueAt };
      };
      const [before, beforeEnding, beforeOver] = [
        await timesOf(active),
        await timesOf(ending),
        await timesOf(over),
      ];
      let committed = 0;
      await stores.deadlines.shift(step, () => (committed += 1));

      expect(committed).toBe(1);
      expect(await timesOf(active)).toEqual({
        startedAt: before.startedAt + step,
        expiresAt: before.expiresAt + step,
        endedAt: null,
        disconnectDueAt: null,
      });
      expect(await timesOf(ending)).toEqual({
        startedAt: beforeEnding.startedAt + step,
        expiresAt: beforeEnding.expiresAt + step,
        endedAt: 2_000 + step,
        disconnectDueAt: 2_000 + step,
      });
      expect(await timesOf(over)).toEqual(beforeOver);
    },
  );

  it('makes saves of sessions that were read before the move fail', async () => {
    const { conversationId } = await stores.activated(1_000);
    const stale = await stores.get(conversationId);
    await stores.deadlines.shift(HOUR, () => undefined);
    stale.end('requested', 5_000);

    await expect(stores.sessions.save(stale)).rejects.toMatchObject({ name: 'SessionChangedError' });
  });

  it('moves waiting deliveries, the age of their events, and the pause that their receiver requested', async () => {
    await stores.activated(1_000);
    const refused = { at: 3_000, latencyMs: 5, error: 'refused' };
    await stores.outbox.postpone(await claimOne(stores), refused, 20_000, { retryAfter: 20_000 });
    await stores.deadlines.shift(HOUR, () => undefined);

    expect(await stores.due({ now: 20_000 + HOUR - 1 })).toEqual([]);
    const [due] = await stores.due({ now: 20_000 + HOUR });
    expect(due?.queuedAt).toBe(1_000 + HOUR);
    expect(await stores.sinks.state('crm')).toEqual({ retryAfter: 20_000 + HOUR });
  });

  it('brings forward deliveries that wait longer than any pause, and no others', async () => {
    const tooLong = await stores.activated(NOW + HOUR);
    const fine = await stores.activated(NOW);
    const late = await stores.activated(NOW);
    late.end('requested', NOW);
    late.postponeDisconnect(NOW + PAUSE + 1);
    await stores.sessions.save(late);
    const expiries = async () => [
      (await stores.get(tooLong.conversationId)).snapshot.expiresAt,
      (await stores.get(fine.conversationId)).snapshot.expiresAt,
    ];
    const [, untouched] = await expiries();

    expect(await stores.deadlines.bringForward(NOW, PAUSE)).toBe(2);
    expect(await expiries()).toEqual([untouched, untouched]);
    expect((await stores.get(late.conversationId)).snapshot.disconnectDueAt).toBe(NOW);
    expect(await stores.deadlines.bringForward(NOW, PAUSE)).toBe(0);
  });

  it('leaves a session alone that was reserved by another clock less than a minute ahead', async () => {
    const session = await stores.activated(NOW + 59_000);

    expect(await stores.deadlines.bringForward(NOW, PAUSE)).toBe(0);
    session.end('requested', NOW);
    await stores.sessions.save(session);
    expect((await stores.get(session.conversationId)).state).not.toBe('active');
  });

  it('brings forward deliveries and receivers that were postponed for longer than any pause', async () => {
    await stores.activated(1_000);
    const refused = { at: 3_000, latencyMs: 5, error: 'refused' };
    const far = NOW + PAUSE + 1;
    await stores.outbox.postpone(await claimOne(stores), refused, far, { retryAfter: far });

    expect(await stores.deadlines.bringForward(NOW, PAUSE)).toBe(2);
    expect(await stores.due({ now: NOW })).toHaveLength(1);
    expect(await stores.sinks.state('crm')).toEqual({});
  });
});
