import { claimWanted } from '../../src/persistence/outbox/delivery-queue';
import type { Attempt } from '../../src/sync/domain/delivery';
import { OutboxStore } from '../../src/sync/ports/outbox.store';
import { writeBacklog } from '../../bench/support/backlog';
import { createStorage, TestStores, type TestStorage } from '../support/persistence-harness';
import { claimOne, conversationsOf, storedWithTwoEvents } from './queued-sessions';

const ACCEPTED: Attempt = { at: 3_000, latencyMs: 5 };
const REFUSED: Attempt = { at: 3_000, latencyMs: 5, error: 'refused' };

let storage: TestStorage;
let stores: TestStores;

afterEach(async () => {
  await stores.close();
  await storage.remove();
});

describe(`${OutboxStore.name}, claims on sqlite`, () => {
  beforeEach(async () => {
    storage = await createStorage('sqlite');
    stores = await TestStores.open(storage.config);
  });

  it('stores no claim, because the only relay knows its deliveries in flight', async () => {
    await storedWithTwoEvents(stores);
    const first = await claimOne(stores, { relay: 'relay-1' });
    expect(first).not.toHaveProperty('claimedBy');
    await expect(claimOne(stores, { relay: 'relay-2' })).resolves.toEqual(first);
    const rows = await stores.connection.db.selectFrom('delivery').selectAll().execute();
    expect(rows.map((row) => row.claimed_by)).toEqual([null, null]);
  });

  it('settles a success although a failure was counted meanwhile', async () => {
    await stores.activated();
    const delivery = await claimOne(stores);
    await stores.outbox.postpone(delivery, REFUSED, 4_000);
    await stores.outbox.settle(delivery, ACCEPTED);
    await expect(stores.due()).resolves.toEqual([]);
  });
});

describe(`${OutboxStore.name}, claims on postgres`, () => {
  beforeEach(async () => {
    storage = await createStorage('postgres');
    stores = await TestStores.open(storage.config);
  });

  it('gives a lane to one relay only, until the delivery is settled', async () => {
    await storedWithTwoEvents(stores);
    const first = await claimOne(stores, { relay: 'relay-1' });
    expect(first).toMatchObject({ claimedBy: 'relay-1', event: { sequence: 1 } });
    await expect(stores.claim({ relay: 'relay-2' })).resolves.toEqual([]);
    await expect(stores.claim({ relay: 'relay-2', isProbe: true })).resolves.toEqual([]);
    await expect(stores.outbox.isDue('crm', 10_000)).resolves.toBe(false);
    await stores.outbox.settle(first, ACCEPTED);
    await expect(claimOne(stores, { relay: 'relay-2' })).resolves.toMatchObject({ event: { sequence: 2 } });
  });

  it('gives each lane to one of many concurrent claims', async () => {
    const other = TestStores.beside(storage.config);
    await writeBacklog(stores.connection.db, 'postgres', { lanes: 60, eventsPerLane: 2, from: 1_000 });
    const asked = Array.from({ length: 10 }, (_, index) =>
      (index % 2 === 0 ? stores : other).claim({ relay: `relay-${index}`, limit: 5 }),
    );
    const lanes = conversationsOf((await Promise.all(asked)).flat());
    for (let found: string[] = ['first']; found.length > 0; lanes.push(...found))
      found = conversationsOf(await other.claim({ relay: 'last' }));
    expect(lanes).toHaveLength(60);
    expect(new Set(lanes).size).toBe(60);
    await other.close();
  });

  it('gives no event of a lane in flight, also when an earlier one is replayed', async () => {
    await storedWithTwoEvents(stores);
    const first = await claimOne(stores, { relay: 'relay-1' });
    await stores.outbox.settle(first, ACCEPTED);
    const second = await claimOne(stores, { relay: 'relay-1' });
    await stores.ledger.retry({ sink: 'crm', eventId: first.event.id }, 10_500);
    await expect(stores.claim({ relay: 'relay-2', now: 11_000 })).resolves.toEqual([]);
    await stores.outbox.settle(second, ACCEPTED);
    await expect(claimOne(stores, { relay: 'relay-2', now: 11_000 })).resolves.toMatchObject({
      event: { sequence: 1 },
    });
  });

  it('gives no event of a lane that another transaction is claiming, also when an earlier one is replayed', async () => {
    await storedWithTwoEvents(stores);
    const first = await claimOne(stores, { relay: 'relay-1' });
    await stores.outbox.settle(first, ACCEPTED);
    const claim = { sink: 'crm', relay: 'relay-1', now: 11_000, until: 31_000, limit: 10 };
    await stores.connection.db.transaction().execute(async (transaction) => {
      await expect(claimWanted({ db: transaction, dialect: 'postgres' }, claim)).resolves.toMatchObject({
        rows: [{ sequence: 2 }],
      });
      // The other transaction cannot see the claim yet, but the replay concerns an event before the claimed one.
      await stores.ledger.retry({ sink: 'crm', eventId: first.event.id }, 10_500);
      await expect(stores.claim({ relay: 'relay-2', now: 11_000 })).resolves.toEqual([]);
    });
    await expect(stores.claim({ relay: 'relay-2', now: 11_000 })).resolves.toEqual([]);
    await expect(claimOne(stores, { relay: 'relay-2', now: 31_000 })).resolves.toMatchObject({
      event: { sequence: 1 },
    });
  });

  it('gives deliveries with an expired claim to another relay', async () => {
    await storedWithTwoEvents(stores);
    const lost = await claimOne(stores, { relay: 'relay-1' });
    await expect(stores.claim({ relay: 'relay-2', now: 29_999 })).resolves.toEqual([]);
    await expect(claimOne(stores, { relay: 'relay-2', now: 30_000 })).resolves.toEqual({
      ...lost,
      claimedBy: 'relay-2',
    });
  });

  it('accepts the result of an expired claim that no other relay has taken', async () => {
    await stores.activated();
    const late = await claimOne(stores, { relay: 'relay-1' });
    await stores.outbox.settle(late, { ...ACCEPTED, at: 90_000 });
    await expect(stores.due({ now: 100_000 })).resolves.toEqual([]);
  });

  it.each(['settle', 'postpone', 'bury'] as const)(
    'changes nothing by "%s" after the claim was lost',
    async (tell) => {
      await stores.activated();
      const lost = await claimOne(stores, { relay: 'relay-1' });
      const taken = await claimOne(stores, { relay: 'relay-2', now: 30_000 });
      const before = await stores.connection.db.selectFrom('delivery').selectAll().execute();
      const trail = await stores.auditTrail();
      if (tell === 'settle') await stores.outbox.settle(lost, ACCEPTED);
      else if (tell === 'bury') await stores.outbox.bury(lost, REFUSED);
      else await stores.outbox.postpone(lost, REFUSED, 90_000, { retryAfter: 99_000, isGone: true });
      await expect(stores.connection.db.selectFrom('delivery').selectAll().execute()).resolves.toEqual(
        before,
      );
      await expect(stores.auditTrail()).resolves.toEqual(trail);
      await expect(stores.sinks.state('crm')).resolves.toEqual({});
      await expect(stores.ledger.attempts({ sink: 'crm', eventId: lost.event.id })).resolves.toEqual([]);
      await expect(stores.summary.totals()).resolves.toMatchObject({ deliveries: 0 });
      await stores.outbox.settle(taken, ACCEPTED);
      await expect(stores.outbox.backlog('crm')).resolves.toMatchObject({ pending: 0, dead: 0 });
    },
  );

  it('gives returned deliveries to other relays, and no others', async () => {
    await storedWithTwoEvents(stores, 1_000);
    await storedWithTwoEvents(stores, 1_001);
    await claimOne(stores, { relay: 'relay-1' });
    const kept = await claimOne(stores, { relay: 'relay-2' });
    await stores.outbox.unclaim('crm', 'relay-1');
    const found = await stores.claim({ relay: 'relay-3' });
    expect(found).toHaveLength(1);
    expect(conversationsOf(found)).not.toEqual(conversationsOf([kept]));
  });

  it('keeps a postponed lane waiting without a claim', async () => {
    await storedWithTwoEvents(stores);
    await stores.outbox.postpone(await claimOne(stores, { relay: 'relay-1' }), REFUSED, 12_000);
    await expect(claimOne(stores, { relay: 'relay-2', now: 12_000 })).resolves.toMatchObject({ attempts: 1 });
  });
});
