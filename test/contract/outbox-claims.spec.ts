import type { Attempt } from '../../src/sync/domain/delivery';
import { OutboxStore } from '../../src/sync/ports/outbox.store';
import { createStorage, DIALECTS, TestStores, type TestStorage } from '../support/persistence-harness';
import { claimOne, conversationsOf, storedWithTwoEvents } from './queued-sessions';

const ACCEPTED: Attempt = { at: 3_000, latencyMs: 5 };
const REFUSED: Attempt = { at: 3_000, latencyMs: 5, error: 'refused' };

let storage: TestStorage;
let stores: TestStores;

afterEach(async () => {
  await stores.close();
  await storage.remove();
});

describe.each(DIALECTS)(`${OutboxStore.name}, the options of a claim, on %s`, (dialect) => {
  beforeEach(async () => {
    storage = await createStorage(dialect);
    stores = await TestStores.open(storage.config);
  });

  it("excludes the relay's lanes in flight", async () => {
    const [a, b, c] = [
      await storedWithTwoEvents(stores, 1_000),
      await storedWithTwoEvents(stores, 1_001),
      await storedWithTwoEvents(stores, 1_002),
    ];
    const except = [a.conversationId, c.conversationId];
    expect(conversationsOf(await stores.due({ except }))).toEqual([b.conversationId]);
    expect(conversationsOf(await stores.due({ except, limit: 1 }))).toEqual([b.conversationId]);
    await expect(stores.due({ except: [...except, b.conversationId] })).resolves.toEqual([]);
    await expect(stores.due({ except: [] })).resolves.toHaveLength(3);
  });

  it('finds a probe among the waiting heads, the one that is due first', async () => {
    const [a, b] = [await storedWithTwoEvents(stores, 1_000), await storedWithTwoEvents(stores, 1_001)];
    const [first, second] = await stores.claim();
    if (first === undefined || second === undefined) throw new Error('Nothing is due.');
    await stores.outbox.postpone(first, REFUSED, 90_000);
    await stores.outbox.postpone(second, REFUSED, 80_000);
    await expect(stores.due()).resolves.toEqual([]);
    const probes = await stores.due({ isProbe: true, limit: 1 });
    expect(conversationsOf(probes)).toEqual([b.conversationId]);
    const both = await stores.due({ isProbe: true });
    expect(conversationsOf(both)).toEqual([b.conversationId, a.conversationId]);
    expect(both.map(({ event }) => event.sequence)).toEqual([1, 1]);
  });

  it('returns whether a claim would find a delivery', async () => {
    await expect(stores.outbox.isDue('crm', 10_000)).resolves.toBe(false);
    await storedWithTwoEvents(stores, 1_000);
    await expect(stores.outbox.isDue('crm', 999)).resolves.toBe(false);
    await expect(stores.outbox.isDue('crm', 1_000)).resolves.toBe(true);
    await stores.outbox.postpone(await claimOne(stores), REFUSED, 60_000);
    await expect(stores.outbox.isDue('crm', 59_999)).resolves.toBe(false);
    await expect(stores.outbox.isDue('crm', 60_000)).resolves.toBe(true);
  });

  it('makes every waiting lane due when the receiver is back', async () => {
    await storedWithTwoEvents(stores, 1_000);
    await storedWithTwoEvents(stores, 1_001);
    for (const delivery of await stores.claim()) await stores.outbox.postpone(delivery, REFUSED, 90_000);
    await expect(stores.due()).resolves.toEqual([]);
    await stores.outbox.release('other', 10_000);
    await expect(stores.due()).resolves.toEqual([]);
    await stores.outbox.release('crm', 10_000);
    const due = await stores.due();
    expect(due.map(({ attempts }) => attempts)).toEqual([1, 1]);
  });

  it('makes successors wait as long as their head, and no longer', async () => {
    const session = await stores.activated(1_000);
    const waits = async () =>
      (await stores.ledger.list({ limit: 2 })).map(({ nextAttemptAt }) => nextAttemptAt);
    const first = await claimOne(stores);
    await stores.outbox.postpone(first, REFUSED, 60_000);
    session.lose('gone', 2_000);
    await stores.sessions.save(session);
    await expect(waits()).resolves.toEqual([60_000, 60_000]);
    await stores.outbox.release('crm', 10_000);
    await expect(waits()).resolves.toEqual([10_000, 10_000]);
    await stores.outbox.postpone(await claimOne(stores), REFUSED, 90_000);
    await expect(waits()).resolves.toEqual([90_000, 90_000]);
    await stores.ledger.retry({ sink: 'crm', eventId: first.event.id }, 10_500);
    await expect(stores.due({ now: 11_000 })).resolves.toMatchObject([{ event: { sequence: 1 } }]);
    await stores.outbox.settle(await claimOne(stores, { relay: 'relay-1', now: 11_000 }), {
      ...ACCEPTED,
      at: 11_000,
    });
    await expect(stores.due({ now: 11_000 })).resolves.toMatchObject([{ event: { sequence: 2 } }]);
  });

  it('does not make a delivery due that waits after its own failure', async () => {
    await storedWithTwoEvents(stores);
    const first = await claimOne(stores);
    await stores.outbox.settle(first, ACCEPTED);
    await stores.outbox.postpone(await claimOne(stores), REFUSED, 60_000);
    await stores.ledger.retry({ sink: 'crm', eventId: first.event.id }, 10_000);
    await stores.outbox.postpone(await claimOne(stores), REFUSED, 11_000);
    await stores.outbox.bury(await claimOne(stores, { relay: 'relay-1', now: 11_000 }), {
      ...REFUSED,
      at: 11_000,
    });
    await expect(stores.due({ now: 59_999 })).resolves.toEqual([]);
    await expect(stores.due({ now: 60_000 })).resolves.toMatchObject([{ event: { sequence: 2 } }]);
  });

  it("returns only the relay's own claims of the sink", async () => {
    await storedWithTwoEvents(stores);
    await claimOne(stores, { relay: 'relay-1' });
    await stores.outbox.unclaim('other', 'relay-1');
    await stores.outbox.unclaim('crm', 'relay-1');
    await expect(stores.due()).resolves.toHaveLength(1);
  });
});
