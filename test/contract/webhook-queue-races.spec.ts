import { sql } from 'kysely';
import { CommitSignal } from '../../src/common/commit-signal';
import { advancingQueue, lockingQueue } from '../../src/persistence/webhook/webhook-outcomes';
import { queueDeliveries } from '../../src/persistence/webhook/webhook-queueing';
import { WebhookQueue } from '../../src/webhooks/ports/webhook-queue';
import { untilBlocked } from '../support/held-locks';
import { createStorage, TestStores, type TestStorage } from '../support/persistence-harness';
import { SeededRandom } from '../support/seeded-random';
import {
  ACCEPTED,
  activateWebhook,
  anEvent,
  claimEvent,
  claimEvents,
  deliverEvents,
  numbersOf,
  queueEvents,
  REFUSED,
} from './queued-webhooks';

describe(`${WebhookQueue.name}, concurrent transactions on postgres`, () => {
  let storage: TestStorage;
  let stores: TestStores;
  let id: string;

  beforeEach(async () => {
    storage = await createStorage('postgres');
    stores = await TestStores.open(storage.config);
    id = await activateWebhook(stores);
  });

  afterEach(async () => {
    await stores.close();
    await storage.remove();
  });

  const blocked = () => untilBlocked(storage.config.databaseUrl ?? '');

  it.each(['settle', 'bury'] as const)('"%s" sees an event that is being queued', async (tell) => {
    await queueEvents(stores, id, 'one');
    const last = await claimEvent(stores, id);
    const telling: Promise<unknown>[] = [];
    await stores.unitOfWork.run(async (work) => {
      await queueDeliveries(work, new CommitSignal(), [anEvent(id, 'one')], 4_000);
      const { webhookQueue } = stores;
      telling.push(
        tell === 'settle' ? webhookQueue.settle(last, ACCEPTED) : webhookQueue.bury(last, REFUSED),
      );
      await blocked();
    });
    await Promise.all(telling);
    expect(numbersOf(await deliverEvents(stores, id))).toEqual([2]);
  });

  it('queues an event behind the last one that is being settled', async () => {
    await queueEvents(stores, id, 'one');
    await claimEvent(stores, id);
    const key = { webhookId: id, conversationId: 'one' };
    const adding: Promise<unknown>[] = [];
    await stores.unitOfWork.run(async (work) => {
      await work.ask(lockingQueue(work, key));
      await work.db.updateTable('webhook_delivery').set({ status: 'delivered', settled_at: 3_000 }).execute();
      await work.ask(advancingQueue(work, { ...key, at: 3_000 }));
      adding.push(queueEvents(stores, id, 'one', { at: 4_000 }));
      await blocked();
    });
    await Promise.all(adding);
    expect(numbersOf(await deliverEvents(stores, id))).toEqual([2]);
  });

  it('keeps an event that is asked for again while it is purged', async () => {
    const [first] = await queueEvents(stores, id, 'one');
    await deliverEvents(stores, id);
    const purging: Promise<number>[] = [];
    await stores.unitOfWork.run(async (work) => {
      await work.db
        .updateTable('webhook_delivery')
        .set({ status: 'pending', settled_at: null })
        .where('event_id', '=', first ?? '')
        .execute();
      await work.db.updateTable('webhook_queue').set({ due_at: 11_000 }).execute();
      purging.push(stores.webhookDeliveries.purge(90_000, 10));
      await blocked();
    });
    await expect(Promise.all(purging)).resolves.toEqual([0]);
    expect(numbersOf(await deliverEvents(stores, id, 12_000))).toEqual([1]);
  });

  it('resumes without holding up a report that has its conversation locked', async () => {
    await queueEvents(stores, id, 'one');
    await stores.webhookQueue.postpone(await claimEvent(stores, id), REFUSED, 90_000);
    const resuming: Promise<unknown>[] = [];
    await stores.unitOfWork.run(async (work) => {
      await work.ask(lockingQueue(work, { webhookId: id, conversationId: 'one' }));
      resuming.push(stores.webhooks.resume(id, {}, 5_000));
      await blocked();
      // The report locks the webhook after the conversation: the resumption must not hold it.
      await sql`select 1 from webhook where id = ${id} for update nowait`.execute(work.db);
    });
    await expect(Promise.all(resuming)).resolves.toMatchObject([{ status: 'active' }]);
    await expect(claimEvents(stores, id, { now: 5_000 })).resolves.toHaveLength(1);
  });

  it('removes a session without holding up a report that has its conversation locked', async () => {
    const session = await stores.activated(1_000, { owner: 'billing' });
    session.lose('gone', 2_000);
    await stores.sessions.save(session);
    const { conversationId } = session;
    for (const delivery of await stores.claim()) await stores.outbox.settle(delivery, ACCEPTED);
    for (const delivery of await stores.claim()) await stores.outbox.settle(delivery, ACCEPTED);
    const [first] = await queueEvents(stores, id, conversationId);
    const removing: Promise<number>[] = [];
    await stores.unitOfWork.run(async (work) => {
      await work.ask(lockingQueue(work, { webhookId: id, conversationId }));
      removing.push(stores.archive.purge(1e12, 10));
      await blocked();
      await sql`select 1 from webhook_delivery where event_id = ${first ?? ''} for update nowait`.execute(
        work.db,
      );
    });
    await expect(Promise.all(removing)).resolves.toEqual([1]);
    await expect(stores.webhookDeliveries.list(id, {}, { limit: 10 })).resolves.toEqual([]);
  });

  it('loses no event and repeats none out of order while events are queued, settled, postponed and asked for again', async () => {
    const other = TestStores.beside(storage.config);
    const random = new SeededRandom(20_260_101);
    const conversations = ['one', 'two', 'three', 'four'];
    const ids: string[] = [];
    let isQueueing = true;
    const queueing = async () => {
      for (let index = 0; index < 60; index += 1)
        ids.push(...(await queueEvents(stores, id, conversations[index % 4] ?? '', { at: 2_000 })));
    };
    const asking = async () => {
      while (isQueueing) {
        const eventId = ids[random.between(0, Math.max(0, ids.length - 1))];
        if (eventId !== undefined && random.next() < 0.3)
          await other.webhookDeliveries.retry(id, eventId, 3_000);
        else await other.webhookDeliveries.replay(id, { from: 0, to: 1_900 }, 3_000);
      }
    };
    const relaying = async (own: TestStores, relay: string) => {
      while (isQueueing) {
        for (const delivery of await claimEvents(own, id, { relay, limit: 2 })) {
          if (random.next() < 0.2) await own.webhookQueue.postpone(delivery, REFUSED, 3_000);
          else await own.webhookQueue.settle(delivery, ACCEPTED);
        }
      }
    };
    const busy = [asking(), relaying(stores, 'relay-1'), relaying(other, 'relay-2')];
    await queueing();
    isQueueing = false;
    await Promise.all(busy);

    const rest = await deliverEvents(other, id, 60_000);
    for (const conversation of conversations) {
      const numbers = numbersOf(rest.filter(({ event }) => event.conversationId === conversation));
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    }
    await expect(stores.webhookQueue.backlog(id)).resolves.toEqual({
      pending: 0,
      dead: 0,
      blockedConversations: 0,
    });
    const queues = await stores.connection.db.selectFrom('webhook_queue').selectAll().execute();
    expect(
      queues.map(({ due_at, claimed_by, last_sequence }) => [due_at, claimed_by, last_sequence]),
    ).toEqual(Array(4).fill([null, null, 15]));
    await other.close();
  });
});
