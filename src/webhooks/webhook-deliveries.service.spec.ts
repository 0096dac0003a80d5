import { Caller } from '../access/domain/caller';
import { InvalidRequestError } from '../common/errors/invalid-request.errors';
import { SystemClock } from '../common/time/system-clock';
import { DeliveryNotFoundError } from '../sync/domain/sync.errors';
import { aWebhook } from './domain/webhook.builder';
import { WebhookNotFoundError } from './domain/webhook.errors';
import { FakeWebhookDeliveryStore } from './ports/webhook-delivery.store.fake';
import { FakeWebhookQueue } from './ports/webhook-queue.fake';
import { FakeWebhookStore } from './ports/webhook.store.fake';
import { WebhookDeliveriesService } from './webhook-deliveries.service';
import { WebhooksQueries } from './webhooks.queries';

const { id: ID } = aWebhook();
const BILLING = new Caller('billing', new Set(['webhooks.manage']));
const SUPPORT = new Caller('support', new Set(['webhooks.manage']));

let deliveries: FakeWebhookDeliveryStore;
let service: WebhookDeliveriesService;

function eventId(index: number): string {
  return `eeeeeeee-0000-4000-8000-00000000000${index}`;
}

beforeEach(() => {
  const webhooks = new FakeWebhookStore();
  webhooks.rows.set(ID, aWebhook());
  deliveries = new FakeWebhookDeliveryStore();
  const facts = { webhookId: ID, type: 'session.connected', status: 'delivered', attempts: 0 } as const;
  for (const index of [1, 2, 3]) {
    const times = { occurredAt: index, queuedAt: index, settledAt: index };
    deliveries.rows.push({
      ...facts,
      ...times,
      eventId: eventId(index),
      sequence: index,
      conversationId: 'c',
    });
  }
  const queries = new WebhooksQueries(webhooks, new FakeWebhookQueue());
  service = new WebhookDeliveriesService(queries, deliveries, new SystemClock());
});

describe(WebhookDeliveriesService.name, () => {
  it('lists the last queued first, page by page', async () => {
    const first = await service.list(ID, { limit: 2 }, BILLING);
    const rest = await service.list(ID, { limit: 2, cursor: first.nextCursor ?? '' }, BILLING);

    expect(first.items.map(({ sequence }) => sequence)).toEqual([3, 2]);
    expect(rest.items.map(({ sequence }) => sequence)).toEqual([1]);
    expect(rest.nextCursor).toBeNull();
  });

  it('refuses the cursor of another filter', async () => {
    const { nextCursor } = await service.list(ID, { limit: 2 }, BILLING);
    const other = { limit: 2, status: 'dead', cursor: nextCursor ?? '' } as const;

    await expect(service.list(ID, other, BILLING)).rejects.toThrow(InvalidRequestError);
  });

  it('retries a delivery that exists', async () => {
    await service.retry(ID, eventId(1), BILLING);

    expect(deliveries.retried).toEqual([eventId(1)]);
    await expect(service.retry(ID, eventId(9), BILLING)).rejects.toThrow(DeliveryNotFoundError);
    await expect(service.get(ID, 'nonsense', BILLING)).rejects.toThrow(DeliveryNotFoundError);
  });

  it.each([{}, { from: 1 }, { to: 1 }, { from: 2, to: 2 }, { from: 3, to: 2 }])(
    'replays nothing without bounds: %p',
    async (selection) => {
      await expect(service.replay(ID, selection, BILLING)).rejects.toThrow(InvalidRequestError);
      expect(deliveries.replays).toEqual([]);
    },
  );

  it('replays a conversation, or a span of time', async () => {
    await expect(service.replay(ID, { conversationId: 'c' }, BILLING)).resolves.toBe(3);
    await service.replay(ID, { from: 1, to: 2 }, BILLING);

    expect(deliveries.replays).toEqual([
      [ID, { conversationId: 'c' }],
      [ID, { from: 1, to: 2 }],
    ]);
  });

  it.each([
    ['list', () => service.list(ID, { limit: 1 }, SUPPORT)],
    ['get', () => service.get(ID, eventId(1), SUPPORT)],
    ['retry', () => service.retry(ID, eventId(1), SUPPORT)],
    ['replay', () => service.replay(ID, { conversationId: 'c' }, SUPPORT)],
  ])("%s does not know another caller's webhook", async (_name, act) => {
    await expect(act()).rejects.toThrow(WebhookNotFoundError);
    expect([...deliveries.retried, ...deliveries.replays]).toEqual([]);
  });
});
