import { CommitSignal } from '../../src/common/commit-signal';
import { AuditWriter } from '../../src/persistence/audit/audit-writer';
import { UnitOfWork } from '../../src/persistence/database/unit-of-work';
import { DataCipher } from '../../src/persistence/guest/data-cipher';
import { SqlWebhookQueue } from '../../src/persistence/webhook/sql-webhook-queue';
import { claimHeads } from '../../src/persistence/webhook/webhook-claims';
import { WebhookQueue } from '../../src/webhooks/ports/webhook-queue';
import { untilBlocked, whileLocked } from '../support/held-locks';
import { createStorage, TestStores, type TestStorage } from '../support/persistence-harness';
import {
  ACCEPTED,
  activateWebhook,
  claimEvent,
  claimEvents,
  DAY_MS,
  deliverEvents,
  numbersOf,
  queueEvents,
  REFUSED,
} from './queued-webhooks';

let storage: TestStorage;
let stores: TestStores;
let id: string;

async function open(dialect: 'sqlite' | 'postgres'): Promise<void> {
  storage = await createStorage(dialect);
  stores = await TestStores.open(storage.config);
  id = await activateWebhook(stores);
}

afterEach(async () => {
  await stores.close();
  await storage.remove();
});

const queues = () => stores.connection.db.selectFrom('webhook_queue').selectAll().execute();

describe.each(['sqlite', 'postgres'] as const)(`${WebhookQueue.name}, claims on %s`, (dialect) => {
  beforeEach(() => open(dialect));

  it('returns after an accepted event whether its conversation has another one', async () => {
    await queueEvents(stores, id, 'one', { count: 2 });
    await queueEvents(stores, id, 'other');
    for (const continues of [true, false])
      await expect(
        stores.webhookQueue.settle(await claimEvent(stores, id, { except: ['other'] }), ACCEPTED),
      ).resolves.toBe(continues);
  });
});

describe(`${WebhookQueue.name}, claims on sqlite`, () => {
  beforeEach(() => open('sqlite'));

  it('stores no claim, because the only relay knows its deliveries in flight', async () => {
    await queueEvents(stores, id, 'one', { count: 2 });
    const first = await claimEvent(stores, id);
    expect(first).not.toHaveProperty('claimedBy');
    await expect(claimEvent(stores, id, { relay: 'relay-2' })).resolves.toEqual(first);
    await expect(queues()).resolves.toMatchObject([{ claimed_by: null, claimed_until: null }]);
  });

  it('settles a success although a failure was counted meanwhile', async () => {
    await queueEvents(stores, id, 'one');
    const delivery = await claimEvent(stores, id);
    await stores.webhookQueue.postpone(delivery, REFUSED, 4_000);
    await stores.webhookQueue.settle(delivery, ACCEPTED);
    await expect(claimEvents(stores, id)).resolves.toEqual([]);
  });
});

describe(`${WebhookQueue.name}, claims on postgres`, () => {
  beforeEach(() => open('postgres'));

  it('gives a conversation to one relay only, until its event is settled', async () => {
    await queueEvents(stores, id, 'one', { count: 2 });
    const first = await claimEvent(stores, id);
    expect(first).toMatchObject({ claimedBy: 'relay-1', event: { sequence: 1 } });
    await expect(claimEvents(stores, id, { relay: 'relay-2' })).resolves.toEqual([]);
    await expect(claimEvents(stores, id, { relay: 'relay-2', isProbe: true })).resolves.toEqual([]);
    await expect(stores.webhookQueue.isDue(id, 10_000)).resolves.toBe(false);
    await expect(stores.webhookQueue.due(10_000, 10)).resolves.toEqual([]);
    await stores.webhookQueue.settle(first, ACCEPTED);
    await expect(claimEvent(stores, id, { relay: 'relay-2' })).resolves.toMatchObject({
      event: { sequence: 2 },
    });
  });

  it('leaves connections to others, however many relays claim at once', async () => {
    await queueEvents(stores, id, 'one');
    // The stores of tests have few transactions at a time themselves.
    const queue = new SqlWebhookQueue(
      new UnitOfWork(stores.connection),
      new AuditWriter(stores.published),
      new DataCipher(storage.config.dataKeys),
      stores.poison,
      new CommitSignal(),
    );
    const claims: Promise<unknown[]>[] = [];
    await whileLocked(storage.config.databaseUrl ?? '', 'lock table webhook_queue', async () => {
      for (let relay = 0; relay < 50; relay += 1)
        claims.push(queue.claim({ sink: id, relay: `relay-${relay}`, now: 10_000, until: 30_000, limit: 1 }));
      await untilBlocked(storage.config.databaseUrl ?? '');
      await expect(stores.webhooks.find(id, {})).resolves.toBeDefined();
    });
    const claimed = (await Promise.all(claims)).flat();
    expect(claimed).toHaveLength(1);
  });

  it('gives each conversation to one of many concurrent claims', async () => {
    const other = TestStores.beside(storage.config);
    for (let index = 0; index < 60; index += 1) await queueEvents(stores, id, `c${index}`, { count: 2 });
    const asked = Array.from({ length: 10 }, (_, index) =>
      claimEvents(index % 2 === 0 ? stores : other, id, { relay: `relay-${index}`, limit: 5 }),
    );
    const claimed = (await Promise.all(asked)).flat();
    for (let found = claimed; found.length > 0; claimed.push(...found))
      found = await claimEvents(other, id, { relay: 'last' });
    expect(claimed).toHaveLength(60);
    expect(new Set(claimed.map(({ event }) => event.conversationId)).size).toBe(60);
    await other.close();
  });

  it('skips the conversations that another transaction is claiming, without waiting for it', async () => {
    await queueEvents(stores, id, 'one');
    await queueEvents(stores, id, 'two');
    const claim = { sink: id, relay: 'relay-1', now: 11_000, until: 31_000, limit: 1 };
    await stores.connection.db.transaction().execute(async (transaction) => {
      const [mine] = await claimHeads({ db: transaction, dialect: 'postgres' }, claim);
      const others = await claimEvents(stores, id, { relay: 'relay-2', now: 11_000 });
      expect(others).toHaveLength(1);
      expect(others[0]?.event.conversationId).not.toBe(mine?.conversation_id);
    });
    await expect(claimEvents(stores, id, { relay: 'relay-3', now: 11_000 })).resolves.toEqual([]);
  });

  it('gives a claim that is over to another relay', async () => {
    await queueEvents(stores, id, 'one');
    const lost = await claimEvent(stores, id);
    await expect(claimEvents(stores, id, { relay: 'relay-2', now: 29_999 })).resolves.toEqual([]);
    await expect(claimEvent(stores, id, { relay: 'relay-2', now: 30_000 })).resolves.toEqual({
      ...lost,
      claimedBy: 'relay-2',
    });
  });

  it('accepts the result of a claim that is over, if no other relay has taken it', async () => {
    await queueEvents(stores, id, 'one');
    await stores.webhookQueue.settle(await claimEvent(stores, id), { ...ACCEPTED, at: 90_000 });
    await expect(stores.webhookQueue.backlog(id)).resolves.toMatchObject({ pending: 0, dead: 0 });
  });

  it.each(['settle', 'postpone', 'bury'] as const)(
    'changes nothing by "%s" after the claim was lost',
    async (tell) => {
      await queueEvents(stores, id, 'one', { count: 2 });
      const lost = await claimEvent(stores, id);
      const taken = await claimEvent(stores, id, { relay: 'relay-2', now: 30_000 });
      const [before, webhook] = [await queues(), await stores.webhooks.find(id, {})];
      const recorded = stores.published.records.length;
      const late = { ...REFUSED, at: 9 * DAY_MS };
      const { webhookQueue } = stores;
      const reports = {
        settle: async () => !(await webhookQueue.settle(lost, ACCEPTED)),
        postpone: () => webhookQueue.postpone(lost, late, 90_000, { retryAfter: 99_000, isGone: true }),
        bury: () => webhookQueue.bury(lost, late),
      };
      expect(await reports[tell]()).not.toBe(true);
      await expect(queues()).resolves.toEqual(before);
      await expect(stores.webhooks.find(id, {})).resolves.toEqual(webhook);
      await expect(stores.webhookDeliveries.attempts(id, lost.event.id)).resolves.toEqual([]);
      expect(stores.published.records).toHaveLength(recorded);
      await webhookQueue.settle(taken, ACCEPTED);
      await expect(webhookQueue.backlog(id)).resolves.toMatchObject({ pending: 1, dead: 0 });
    },
  );

  it('records nothing after another relay has settled the event, and holds up none that came later', async () => {
    await queueEvents(stores, id, 'one', { count: 2 });
    const lost = await claimEvent(stores, id);
    const taken = await claimEvent(stores, id, { relay: 'relay-2', now: 30_000 });
    await stores.webhookQueue.settle(taken, ACCEPTED);
    const next = await claimEvent(stores, id, { relay: 'relay-2', now: 30_000 });
    await stores.webhookQueue.settle(lost, ACCEPTED);
    await expect(queues()).resolves.toMatchObject([{ claimed_by: 'relay-2', claimed_until: 50_000 }]);
    await stores.webhookQueue.settle(next, ACCEPTED);
    await expect(stores.webhookDeliveries.attempts(id, lost.event.id)).resolves.toHaveLength(1);
  });

  it('gives returned events to other relays, and no others', async () => {
    await queueEvents(stores, id, 'one');
    await queueEvents(stores, id, 'two');
    const returned = await claimEvent(stores, id);
    await claimEvent(stores, id, { relay: 'relay-2' });
    await stores.webhookQueue.unclaim(id, 'relay-1');
    const found = await claimEvents(stores, id, { relay: 'relay-3' });
    expect(found.map(({ event }) => event)).toEqual([returned.event]);
  });

  it('keeps a postponed conversation waiting without a claim', async () => {
    await queueEvents(stores, id, 'one');
    await stores.webhookQueue.postpone(await claimEvent(stores, id), REFUSED, 12_000);
    await expect(claimEvents(stores, id, { relay: 'relay-2', now: 11_999 })).resolves.toEqual([]);
    await expect(claimEvent(stores, id, { relay: 'relay-2', now: 12_000 })).resolves.toMatchObject({
      attempts: 1,
    });
  });

  describe('and events that are asked for again', () => {
    it('leave a conversation in flight to its relay, and come in their order afterwards', async () => {
      const [early] = await queueEvents(stores, id, 'one', { count: 2 });
      await stores.webhookQueue.settle(await claimEvent(stores, id), ACCEPTED);
      const inFlight = await claimEvent(stores, id);
      await stores.webhookDeliveries.retry(id, early ?? '', 10_500);
      const again = { relay: 'relay-2', now: 11_000 };
      await expect(claimEvents(stores, id, again)).resolves.toEqual([]);
      await expect(claimEvents(stores, id, { ...again, isProbe: true })).resolves.toEqual([]);
      await stores.webhookQueue.settle(inFlight, ACCEPTED);
      expect(numbersOf(await deliverEvents(stores, id, 11_000))).toEqual([1]);
    });

    it('leave a conversation in flight to its relay when all of it is replayed', async () => {
      await queueEvents(stores, id, 'one', { count: 3 });
      await stores.webhookQueue.settle(await claimEvent(stores, id), ACCEPTED);
      const inFlight = await claimEvent(stores, id);
      await expect(stores.webhookDeliveries.replay(id, { conversationId: 'one' }, 10_500)).resolves.toBe(3);
      await expect(claimEvents(stores, id, { relay: 'relay-2', now: 11_000 })).resolves.toEqual([]);
      await stores.webhookQueue.postpone(inFlight, REFUSED, 12_000);
      expect(numbersOf(await deliverEvents(stores, id, 12_000))).toEqual([1, 2, 3]);
    });

    it('wait for a claim that another transaction is making, and are not given beside it', async () => {
      const [early] = await queueEvents(stores, id, 'one', { count: 2 });
      await stores.webhookQueue.settle(await claimEvent(stores, id), ACCEPTED);
      const claim = { sink: id, relay: 'relay-1', now: 11_000, until: 31_000, limit: 10 };
      let retrying: Promise<boolean> | undefined;
      await stores.connection.db.transaction().execute(async (transaction) => {
        const on = { db: transaction, dialect: 'postgres' } as const;
        await expect(claimHeads(on, claim)).resolves.toMatchObject([{ sequence: 2 }]);
        retrying = stores.webhookDeliveries.retry(id, early ?? '', 10_500);
        await untilBlocked(storage.config.databaseUrl ?? '');
        await expect(claimEvents(stores, id, { relay: 'relay-2', now: 11_000 })).resolves.toEqual([]);
      });
      await expect(retrying).resolves.toBe(true);
      await expect(claimEvents(stores, id, { relay: 'relay-2', now: 11_000 })).resolves.toEqual([]);
      await expect(claimEvent(stores, id, { relay: 'relay-2', now: 31_000 })).resolves.toMatchObject({
        event: { sequence: 1 },
      });
    });

    it('are delivered again when they were in flight at the request', async () => {
      const [first] = await queueEvents(stores, id, 'one');
      const inFlight = await claimEvent(stores, id);
      await stores.webhookQueue.settle(inFlight, ACCEPTED);
      await stores.webhookDeliveries.retry(id, first ?? '', 10_500);
      await stores.webhookQueue.settle(inFlight, ACCEPTED);
      expect(numbersOf(await deliverEvents(stores, id, 11_000))).toEqual([1]);
    });
  });
});
