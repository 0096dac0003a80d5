import type { Attempt } from '../../src/sync/domain/delivery';
import type { ConversationMessage } from '../../src/session/domain/conversation-message';
import { guestRefOf } from '../../src/session/domain/guest-token';
import { WebhookQueue } from '../../src/webhooks/ports/webhook-queue';
import { createStorage, DIALECTS, TestStores, type TestStorage } from '../support/persistence-harness';
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
  registerWebhook,
  webhookRecords,
} from './queued-webhooks';

const GONE: Attempt = { ...REFUSED, status: 410, error: 'status 410' };

describe.each(DIALECTS)(`${WebhookQueue.name}, its failures, on %s`, (dialect) => {
  let storage: TestStorage;
  let stores: TestStores;
  let id: string;

  beforeEach(async () => {
    storage = await createStorage(dialect);
    stores = await TestStores.open(storage.config);
    id = await activateWebhook(stores);
  });

  afterEach(async () => {
    await stores.close();
    await storage.remove();
  });

  const found = () => stores.webhooks.find(id, {});
  const recorded = (action: string) =>
    webhookRecords(stores).filter((record) => 'action' in record && record.action === action);
  /** Has an event of a conversation refused at this time. */
  const refuseAt = async (at: number, verdict = {}, conversation = 'one') => {
    await queueEvents(stores, id, conversation, { at });
    const delivery = await claimEvent(stores, id, { now: at });
    return stores.webhookQueue.postpone(delivery, { ...REFUSED, at }, at + 1, verdict);
  };

  describe('a receiver that is failing', () => {
    it('is left to the relay that probes it, until that has not done so for too long', async () => {
      await queueEvents(stores, id, 'one');
      await stores.webhookQueue.markFailing(id, 20_000);
      await expect(stores.webhookQueue.due(19_999, 10)).resolves.toEqual([]);
      await expect(stores.webhookQueue.due(20_000, 10)).resolves.toEqual([id]);
      await expect(claimEvents(stores, id, { now: 19_999, isProbe: true })).resolves.toHaveLength(1);
    });

    it('is due again once it has accepted a probe', async () => {
      await queueEvents(stores, id, 'one');
      await stores.webhookQueue.markFailing(id, 20_000);
      await stores.webhookQueue.release(id, 15_000);
      await expect(stores.webhookQueue.due(15_000, 10)).resolves.toEqual([id]);
    });
  });

  describe('a receiver that is gone', () => {
    it('pauses its webhook, records that once, and keeps the events', async () => {
      for (const name of ['one', 'two']) await queueEvents(stores, id, name);
      const outcomes = [];
      for (const delivery of await claimEvents(stores, id))
        outcomes.push(await stores.webhookQueue.postpone(delivery, GONE, 4_000, { isGone: true }));
      expect(outcomes).toEqual([true, false]);
      await expect(found()).resolves.toMatchObject({ status: 'paused', statusReason: 'receiver-gone' });
      expect(recorded('WEBHOOK_PAUSED')).toEqual([
        { action: 'WEBHOOK_PAUSED', id, reason: 'receiver-gone', before: 'active', after: 'paused' },
      ]);
      await expect(claimEvents(stores, id, { isProbe: true })).resolves.toEqual([]);
      await stores.webhooks.resume(id, {}, 3_500);
      await expect(claimEvents(stores, id, { now: 3_500 })).resolves.toHaveLength(2);
    });

    it('leaves the pause of a caller as it is', async () => {
      await queueEvents(stores, id, 'one');
      const delivery = await claimEvent(stores, id);
      await stores.webhooks.pause(id, {}, 2_500);
      await expect(stores.webhookQueue.postpone(delivery, GONE, 4_000, { isGone: true })).resolves.toBe(
        false,
      );
      await expect(found()).resolves.toMatchObject({ status: 'paused', statusReason: 'caller' });
      expect(recorded('WEBHOOK_PAUSED')).toHaveLength(1);
    });
  });

  describe('a receiver that fails for days', () => {
    it('is disabled at its first failure after five days, and not a moment before', async () => {
      await expect(refuseAt(10_000)).resolves.toBe(false);
      await expect(found()).resolves.toMatchObject({ status: 'active', failingSince: 10_000 });
      await expect(refuseAt(9_999 + 5 * DAY_MS, {}, 'two')).resolves.toBe(false);
      await expect(found()).resolves.toMatchObject({ status: 'active', failingSince: 10_000 });
      await expect(refuseAt(10_000 + 5 * DAY_MS, {}, 'three')).resolves.toBe(true);
      await expect(found()).resolves.toMatchObject({ status: 'disabled', failingSince: 10_000 });
      expect(recorded('WEBHOOK_DISABLED')).toEqual([
        {
          action: 'WEBHOOK_DISABLED',
          id,
          reason: 'failing',
          before: 'active',
          after: 'disabled',
          detail: { failingSince: 10_000 },
        },
      ]);
      await expect(stores.webhookQueue.due(1e13, 10)).resolves.toEqual([]);
      await expect(stores.webhookQueue.subscriptions(['billing'])).resolves.toEqual([]);
    });

    it("is told once to the owner's other active webhooks, and to no others", async () => {
      const other = await activateWebhook(stores, { types: ['message.*'] });
      const paused = await activateWebhook(stores);
      await stores.webhooks.pause(paused, {}, 2_000);
      await registerWebhook(stores);
      const foreign = await activateWebhook(stores, { owner: 'sales', sessions: 'all' });
      await refuseAt(10_000);
      const late = 20_000 + 5 * DAY_MS;
      for (const name of ['two', 'three']) await queueEvents(stores, id, name, { at: late });
      const claimed = await claimEvents(stores, id, { now: late });
      expect(claimed).toHaveLength(3);
      const outcomes = await Promise.all(
        claimed.map((one) => stores.webhookQueue.postpone(one, { ...REFUSED, at: late }, late + 1)),
      );
      expect(outcomes.filter((isStopped) => isStopped)).toHaveLength(1);
      expect(recorded('WEBHOOK_DISABLED')).toHaveLength(1);

      await stores.webhooks.resume(paused, {}, late);
      await expect(stores.webhookQueue.due(late, 10)).resolves.toEqual([other]);
      const told = await deliverEvents(stores, other, late);
      expect(told.map(({ event }) => event)).toMatchObject([
        {
          type: 'webhook.disabled',
          conversationId: `webhook:${id}`,
          occurredAt: late,
          data: { webhookId: id, failingSince: '1970-01-01T00:00:10.000Z' },
        },
      ]);
      await expect(stores.webhookDeliveries.list(foreign, {}, { limit: 10 })).resolves.toEqual([]);
      const [record] = await stores.webhookDeliveries.list(other, {}, { limit: 10 });
      expect(record).not.toHaveProperty('conversationId');
    });

    it('counts from the first failure after the last accepted event', async () => {
      await refuseAt(10_000);
      const [delivery] = await claimEvents(stores, id, { now: 20_000 });
      if (delivery === undefined) throw new Error('Nothing is due.');
      await stores.webhookQueue.settle(delivery, { ...ACCEPTED, at: 20_000 });
      await expect(found()).resolves.not.toHaveProperty('failingSince');
      await expect(refuseAt(5 * DAY_MS + 10_000, {}, 'two')).resolves.toBe(false);
      await expect(found()).resolves.toMatchObject({
        status: 'active',
        failingSince: 5 * DAY_MS + 10_000,
      });
    });

    it('counts from the resumption after a pause', async () => {
      await refuseAt(10_000);
      await stores.webhooks.pause(id, {}, 20_000);
      await stores.webhooks.resume(id, {}, 9 * DAY_MS);
      await expect(refuseAt(9 * DAY_MS + 1, {}, 'two')).resolves.toBe(false);
      await expect(found()).resolves.toMatchObject({ failingSince: 9 * DAY_MS + 1 });
    });

    it('is paused rather than disabled when it is gone', async () => {
      await refuseAt(10_000);
      await expect(refuseAt(9 * DAY_MS, { isGone: true }, 'two')).resolves.toBe(true);
      await expect(found()).resolves.toMatchObject({ status: 'paused', statusReason: 'receiver-gone' });
    });
  });

  describe('an event that cannot be sent', () => {
    const aMessage = (name: string): ConversationMessage => ({
      id: name,
      direction: 'inbound',
      type: 'text',
      text: `text of ${name}`,
      content: [],
      sentAt: '2027-01-15T08:00:00.000Z',
    });
    /** Queues two messages and the end of a conversation as the feed has them. */
    const queueFeed = async () => {
      const session = await stores.activated(1_000, { owner: 'billing' });
      const { conversationId } = session;
      await stores.messages.keep(conversationId, [{ message: aMessage('a') }, { message: aMessage('b') }]);
      session.lose('gone', 2_000);
      await stores.sessions.save(session);
      const events = (await stores.feed.after(0, 100)).filter(
        (event) => event.conversationId === conversationId,
      );
      const last = events.slice(-3);
      await stores.webhookQueue.addOthers(
        last.map(({ id: eventId, kind, at }) => ({
          webhookId: id,
          id: eventId,
          conversationId,
          type: kind,
          occurredAt: at,
        })),
        2_000,
      );
      return { session, ids: last.map((event) => event.id) };
    };

    it('is none as long as the feed has it: a message is as the API shows it', async () => {
      const { session } = await queueFeed();
      const told = await deliverEvents(stores, id);
      expect(numbersOf(told)).toEqual([1, 2, 3]);
      expect(told.map(({ event }) => event.data)).toEqual([
        aMessage('a'),
        aMessage('b'),
        { state: 'disconnected', endReason: 'gone', version: session.snapshot.version },
      ]);
    });

    it('is given up when it was erased, and its conversation continues', async () => {
      const { session, ids } = await queueFeed();
      await stores.guests.erase(guestRefOf(session.snapshot.guestToken), 5_000);
      const told = [];
      for (let polls = 0; polls < 3; polls += 1) told.push(...(await deliverEvents(stores, id)));
      expect(numbersOf(told)).toEqual([3]);
      for (const eventId of ids.slice(0, 2)) {
        await expect(stores.webhookDeliveries.find(id, eventId)).resolves.toMatchObject({
          status: 'dead',
          settledAt: 10_000,
          lastError: 'The event was erased.',
        });
        await stores.webhookDeliveries.retry(id, eventId, 11_000);
      }
      for (let polls = 0; polls < 3; polls += 1)
        await expect(claimEvents(stores, id, { now: 12_000 })).resolves.toEqual([]);
      await expect(stores.webhookQueue.backlog(id)).resolves.toEqual({
        pending: 0,
        dead: 2,
        blockedConversations: 0,
      });
    });

    it('is given up and reported when it cannot be read, and others are delivered', async () => {
      const { ids } = await queueFeed();
      await queueEvents(stores, id, 'one');
      await stores.connection.db
        .updateTable('conversation_event')
        .set({ body: 'enc:k9:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' })
        .where('id', '=', ids[0] ?? '')
        .execute();
      const told = await claimEvents(stores, id);
      expect(told.map(({ event }) => event.conversationId)).toEqual(['one']);
      await expect(stores.webhookDeliveries.find(id, ids[0] ?? '')).resolves.toMatchObject({
        status: 'dead',
        lastError: 'The event cannot be read.',
      });
      await expect(stores.webhookDeliveries.attempts(id, ids[0] ?? '')).resolves.toEqual([
        { at: 10_000, latencyMs: 0, error: 'The event cannot be read.' },
      ]);
      expect(numbersOf(await claimEvents(stores, id, { except: ['one'] }))).toEqual([2]);
    });
  });
});
