import type { Session } from '../../src/session/domain/session';
import type { Attempt, Delivery } from '../../src/sync/domain/delivery';
import { OutboxStore } from '../../src/sync/ports/outbox.store';
import { createStorage, DIALECTS, TestStores, type TestStorage } from '../support/persistence-harness';

const NOTHING = { blockedConversations: 0, dead: 0 };
const accepted = (latencyMs: number): Attempt => ({ at: 3_000, latencyMs });
const refused = (error = 'refused'): Attempt => ({ at: 3_000, latencyMs: 7.6, error });

describe.each(DIALECTS)(`${OutboxStore.name} on %s`, (dialect) => {
  let storage: TestStorage;
  let stores: TestStores;

  beforeEach(async () => {
    storage = await createStorage(dialect);
    stores = await TestStores.open(storage.config, ['crm', 'archive']);
  });

  afterEach(async () => {
    await stores.close();
    await storage.remove();
  });

  /** A session with two events: that it began, at `began`, and that it was lost, at `ended`. */
  const storedWithTwoEvents = async (began = 1_000, ended = 2_000): Promise<Session> => {
    const session = await stores.activated(began);
    session.lose('gone', ended);
    await stores.sessions.save(session);
    return session;
  };
  const onlyDue = async (sink = 'crm', now = 10_000): Promise<Delivery> => {
    const [delivery, ...others] = await stores.claim({ sink, now });
    expect(others).toEqual([]);
    if (delivery === undefined) throw new Error('Nothing is due.');
    return delivery;
  };
  const audited = async (action: string) =>
    (await stores.auditTrail()).filter((record) => record.action === action);

  it('gives an event unchanged, once for each sink', async () => {
    const session = await stores.activated(1_000);
    for (const sink of ['crm', 'archive']) {
      const delivery = await onlyDue(sink);
      expect(delivery).toMatchObject({
        sink,
        attempts: 0,
        event: { conversationId: session.conversationId, sequence: 1, state: 'connected', occurredAt: 1_000 },
      });
      expect(delivery.event.metadata).toMatchObject({ queueId: 'queue-1', durationLimit: 1_800 });
    }
    await expect(stores.due({ sink: 'unknown' })).resolves.toEqual([]);
  });

  it('gives only the head of a lane, and the next when that is settled', async () => {
    await storedWithTwoEvents();
    const first = await onlyDue();
    expect(first.event.sequence).toBe(1);
    await stores.outbox.settle(first, accepted(12));
    const second = await onlyDue();
    expect(second.event).toMatchObject({ sequence: 2, state: 'disconnected' });
    await stores.outbox.settle(second, accepted(12));
    await expect(stores.due()).resolves.toEqual([]);
  });

  it('blocks a lane while its head waits, and no other lane or sink', async () => {
    const waiting = await storedWithTwoEvents();
    await stores.outbox.postpone(await onlyDue(), refused(), 60_000);
    await expect(stores.due({ now: 59_999 })).resolves.toEqual([]);
    const other = await storedWithTwoEvents();
    expect((await onlyDue()).event.conversationId).toBe(other.conversationId);
    await expect(stores.due({ sink: 'archive' })).resolves.toHaveLength(2);
    const due = await stores.due({ now: 60_000 });
    expect(due.map(({ event }) => event.sequence)).toEqual([1, 1]);
    expect(due.find(({ event }) => event.conversationId === waiting.conversationId)?.attempts).toBe(1);
  });

  it('orders due deliveries by their due time and applies the limit', async () => {
    const [b, c, a] = [
      await stores.activated(2_000),
      await stores.activated(3_000),
      await stores.activated(1_000),
    ];
    const due = await stores.due({ now: 3_000 });
    expect(due.map(({ event }) => event.conversationId)).toEqual(
      [a, b, c].map((session) => session.conversationId),
    );
    await expect(stores.due({ now: 3_000, limit: 2 })).resolves.toHaveLength(2);
    await expect(stores.due({ now: 2_999 })).resolves.toHaveLength(2);
  });

  it('continues the lane after a dead delivery', async () => {
    await storedWithTwoEvents();
    await stores.outbox.bury(await onlyDue(), refused('gone for good'));
    expect((await onlyDue()).event.sequence).toBe(2);
    await expect(audited('CRM_SYNC_FAILED')).resolves.toMatchObject([
      { detail: { sink: 'crm', state: 'connected', sequence: 1, error: 'gone for good', final: 'yes' } },
    ]);
  });

  it('records a success with its latency and adds it to the totals', async () => {
    await stores.activated();
    await stores.outbox.settle(await onlyDue(), accepted(12.4));
    await expect(audited('CRM_SYNC_SUCCESS')).resolves.toMatchObject([
      { detail: { sink: 'crm', state: 'connected', sequence: 1, latency: 12 } },
    ]);
    await expect(stores.summary.totals()).resolves.toMatchObject({ deliveries: 1, deliveryLatencyMsSum: 12 });
    expect(stores.published.records.at(-1)).toMatchObject({ action: 'CRM_SYNC_SUCCESS', before: 'pending' });
  });

  it('settles idempotently', async () => {
    await stores.activated();
    const delivery = await onlyDue();
    await Promise.all(Array.from({ length: 10 }, () => stores.outbox.settle(delivery, accepted(5))));
    await stores.outbox.bury(delivery, refused('too late'));
    await stores.outbox.postpone(delivery, refused('too late'), 5_000);
    await expect(audited('CRM_SYNC_SUCCESS')).resolves.toHaveLength(1);
    await expect(audited('CRM_SYNC_FAILED')).resolves.toEqual([]);
    await expect(stores.summary.totals()).resolves.toMatchObject({ deliveries: 1, deliveryLatencyMsSum: 5 });
    await expect(stores.due()).resolves.toEqual([]);
  });

  it('records the first failure of a delivery and counts the others', async () => {
    await stores.activated();
    for (const attempt of [1, 2, 3]) {
      await stores.outbox.postpone(await onlyDue(), refused(`failure ${attempt}`), 4_000);
    }
    expect((await onlyDue()).attempts).toBe(3);
    await expect(audited('CRM_SYNC_FAILED')).resolves.toMatchObject([
      { detail: { sink: 'crm', error: 'failure 1', final: 'no' } },
    ]);
  });

  it('counts one failure once, also when it is reported again', async () => {
    await stores.activated();
    const delivery = await onlyDue();
    await stores.outbox.postpone(delivery, refused(), 4_000);
    await stores.outbox.postpone(delivery, refused(), 9_000);
    expect((await onlyDue('crm', 4_000)).attempts).toBe(1);
  });

  it('stores any error text, truncated to a length', async () => {
    await stores.activated();
    await stores.outbox.postpone(await onlyDue(), refused(`\u0000 "👍"\n${'x'.repeat(10_000)}`), 4_000);
    const rows = await stores.connection.db.selectFrom('delivery').select('last_error').execute();
    const texts = rows.map((row) => row.last_error).filter((text) => text !== null);
    expect(texts).toHaveLength(1);
    expect(texts[0]).toMatch(/^\uFFFD "👍"\nx{100}/);
    expect(texts[0]?.length).toBeLessThanOrEqual(500);
  });

  it('returns the size and the age of the backlog', async () => {
    await expect(stores.outbox.backlog('crm')).resolves.toEqual({ ...NOTHING, pending: 0 });
    await storedWithTwoEvents(1_000, 5_000);
    await stores.activated(4_000);
    await expect(stores.outbox.backlog('crm')).resolves.toEqual({ ...NOTHING, pending: 3, oldestAt: 1_000 });
    const [head] = await stores.claim({ limit: 1 });
    if (head !== undefined) await stores.outbox.settle(head, accepted(1));
    await expect(stores.outbox.backlog('crm')).resolves.toEqual({ ...NOTHING, pending: 2, oldestAt: 4_000 });
    await expect(stores.outbox.backlog('archive')).resolves.toEqual({
      ...NOTHING,
      pending: 3,
      oldestAt: 1_000,
    });
  });

  it('returns the numbers of blocked lanes and of dead events', async () => {
    await storedWithTwoEvents();
    await storedWithTwoEvents();
    const [postponed, buried] = await stores.claim();
    if (postponed === undefined || buried === undefined) throw new Error('Nothing is due.');
    await stores.outbox.postpone(postponed, refused(), 60_000);
    await stores.outbox.bury(buried, refused());
    await expect(stores.outbox.backlog('crm')).resolves.toMatchObject({
      pending: 3,
      blockedConversations: 1,
      dead: 1,
    });
    await expect(stores.outbox.backlog('archive')).resolves.toMatchObject({ ...NOTHING, pending: 4 });
  });

  it('stores every attempt with its result', async () => {
    await stores.activated();
    const key = { sink: 'crm', eventId: (await onlyDue('archive')).event.id };
    const failure = { at: 3_000, latencyMs: 7.6, error: 'status 503', status: 503 };
    await stores.outbox.postpone(await onlyDue(), failure, 4_000);
    await stores.outbox.postpone(await onlyDue(), refused('TypeError'), 4_000);
    await stores.outbox.settle(await onlyDue(), { at: 5_000, latencyMs: 12.4, status: 204 });
    await expect(stores.ledger.attempts(key)).resolves.toEqual([
      { at: 3_000, latencyMs: 8, error: 'status 503', status: 503 },
      { at: 3_000, latencyMs: 8, error: 'TypeError' },
      { at: 5_000, latencyMs: 12, status: 204 },
    ]);
    await expect(stores.ledger.attempts({ ...key, sink: 'archive' })).resolves.toEqual([]);
  });

  it('keeps the order of every lane when many are settled concurrently', async () => {
    const sessions = await Promise.all(Array.from({ length: 25 }, () => storedWithTwoEvents()));
    const seen = new Map<string, number[]>();
    for (;;) {
      const due = await stores.claim();
      if (due.length === 0) break;
      await Promise.all(
        due.map(async (delivery) => {
          const { conversationId, sequence } = delivery.event;
          seen.set(conversationId, [...(seen.get(conversationId) ?? []), sequence]);
          await stores.outbox.settle(delivery, accepted(1));
        }),
      );
    }
    expect(seen.size).toBe(sessions.length);
    expect(new Set([...seen.values()].map(String))).toEqual(new Set(['1,2']));
  });
});
