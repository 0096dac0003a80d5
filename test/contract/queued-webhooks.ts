import { randomUUID } from 'node:crypto';
import type { Attempt, Delivery } from '../../src/sync/domain/delivery';
import type { Claim } from '../../src/sync/ports/outbox.store';
import type { WebhookEvent } from '../../src/webhooks/domain/webhook-event';
import type { NewDelivery } from '../../src/webhooks/ports/webhook-queue';
import type { NewWebhook } from '../../src/webhooks/ports/webhook.store';
import type { TestStores } from '../support/persistence-harness';

export const DAY_MS = 86_400_000;

/** Both hold a text that must not be found outside the encrypted columns. */
export const RECEIVER_URL = 'https://receiver.example/hooks?key=canary-4711';
export const SECRET = 'whsec_Y2FuYXJ5LTQ3MTItY2FuYXJ5LTQ3MTI=';

export const ACCEPTED: Attempt = { at: 3_000, latencyMs: 5, status: 204 };
export const REFUSED: Attempt = { at: 3_000, latencyMs: 5.6, status: 503, error: 'status 503' };

export function aWebhook(given: Partial<NewWebhook> = {}): NewWebhook {
  return {
    id: randomUUID(),
    owner: 'billing',
    url: RECEIVER_URL,
    description: '',
    types: ['session.*'],
    sessions: 'own',
    secrets: [{ secret: SECRET }],
    createdAt: 1_000,
    ...given,
  };
}

/** Registers a webhook, and returns its id. */
export async function registerWebhook(stores: TestStores, given: Partial<NewWebhook> = {}): Promise<string> {
  const webhook = aWebhook(given);
  await stores.webhooks.create(webhook, 1_000);
  return webhook.id;
}

/** Registers a webhook that is verified at 1,500, and returns its id. */
export async function activateWebhook(stores: TestStores, given: Partial<NewWebhook> = {}): Promise<string> {
  const id = await registerWebhook(stores, given);
  await stores.webhooks.recordTest(id, given.url ?? RECEIVER_URL, { at: 1_500, latencyMs: 5, status: 200 });
  return id;
}

export function anEvent(
  webhookId: string,
  conversationId: string,
  given: Partial<NewDelivery> = {},
): NewDelivery {
  return {
    id: randomUUID(),
    webhookId,
    conversationId,
    type: 'session.expiring',
    occurredAt: 1_900,
    data: { expiresAt: '2030-01-01T00:00:00.000Z' },
    ...given,
  };
}

/** Queues events of one conversation in one transaction, and returns their ids. */
export async function queueEvents(
  stores: TestStores,
  webhookId: string,
  conversationId: string,
  { count = 1, at = 2_000 }: { count?: number; at?: number } = {},
): Promise<string[]> {
  const events = Array.from({ length: count }, (_, index) =>
    anEvent(webhookId, conversationId, { occurredAt: at - 100 + index }),
  );
  await stores.webhookQueue.addOthers(events, at);
  return events.map(({ id }) => id);
}

/** Claims events of a webhook as a relay does at 10,000; the claim expires at 30,000. */
export function claimEvents(
  stores: TestStores,
  sink: string,
  given: Partial<Claim> = {},
): Promise<Delivery<WebhookEvent>[]> {
  const { now = 10_000 } = given;
  return stores.webhookQueue.claim({
    sink,
    relay: 'relay-1',
    now,
    until: now + 20_000,
    limit: 10,
    ...given,
  });
}

/** Claims one event of a webhook; fails if there is none. */
export async function claimEvent(
  stores: TestStores,
  sink: string,
  given: Partial<Claim> = {},
): Promise<Delivery<WebhookEvent>> {
  const [delivery] = await claimEvents(stores, sink, { limit: 1, ...given });
  if (delivery === undefined) throw new Error('Nothing is due.');
  return delivery;
}

/** Claims and settles all events of a webhook that are due, and returns them in the order of the claims. */
export async function deliverEvents(
  stores: TestStores,
  sink: string,
  now = 10_000,
): Promise<Delivery<WebhookEvent>[]> {
  const delivered: Delivery<WebhookEvent>[] = [];
  for (;;) {
    const claimed = await claimEvents(stores, sink, { now });
    if (claimed.length === 0) return delivered;
    delivered.push(...claimed);
    for (const delivery of claimed) await stores.webhookQueue.settle(delivery, { ...ACCEPTED, at: now });
  }
}

export function numbersOf(deliveries: readonly Delivery<WebhookEvent>[]): number[] {
  return deliveries.map(({ event }) => event.sequence);
}

/** Returns the audit records about webhooks as far as their caller causes them. */
export function webhookRecords({ published }: TestStores): object[] {
  return published.records
    .filter(({ action }) => action.startsWith('WEBHOOK_'))
    .map(({ action, target, conversationId, outcome, reason, before, after, detail }) => ({
      action,
      id: target.id,
      ...(conversationId === null ? {} : { conversationId }),
      ...(outcome === 'success' ? {} : { outcome }),
      ...(reason === null ? {} : { reason }),
      ...(before === null ? {} : { before }),
      ...(after === null ? {} : { after }),
      ...(Object.keys(detail).length === 0 ? {} : { detail }),
    }));
}
