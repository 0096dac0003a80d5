import type { Session } from '../../src/session/domain/session';
import type { Attempt, Delivery } from '../../src/sync/domain/delivery';
import type { DeliveryKey } from '../../src/sync/domain/delivery-id';
import type { TestStores } from '../support/persistence-harness';

/** A stored session with two events: that it began, and that it is gone. */
export async function toldTwice(stores: TestStores, began = 1_000, ended = began + 1_000): Promise<Session> {
  const session = await stores.activated(began);
  session.lose('gone', ended);
  await stores.sessions.save(session);
  return session;
}

/** Claims one delivery at the given moment, for a relay; there has to be one. */
export async function claimOne(
  stores: TestStores,
  { relay = 'relay-1', now = 10_000 }: { relay?: string; now?: number } = {},
): Promise<Delivery> {
  const [delivery] = await stores.claim({ relay, now, limit: 1 });
  if (delivery === undefined) throw new Error('Nothing is due.');
  return delivery;
}

export function conversationsOf(deliveries: readonly Delivery[]): string[] {
  return deliveries.map(({ event }) => event.conversationId);
}

/** Settles whatever is due to a sink, until nothing is, and returns it in the order in which it was handed out. */
export async function deliverAll(stores: TestStores, sink = 'crm', now = 10_000): Promise<Delivery[]> {
  const handed: Delivery[] = [];
  for (;;) {
    // No more at once than there are connections: a busy machine would make the others wait for too long.
    const claimed = await stores.claim({ sink, now, limit: 10 });
    if (claimed.length === 0) return handed;
    handed.push(...claimed);
    const accepted: Attempt = { at: now, latencyMs: 5, status: 204 };
    await Promise.all(claimed.map((delivery) => stores.outbox.settle(delivery, accepted)));
  }
}

/** What was handed out of one conversation, as sequence numbers. */
export function sequencesOf(deliveries: readonly Delivery[], { conversationId }: Session): number[] {
  return deliveries
    .filter(({ event }) => event.conversationId === conversationId)
    .map(({ event }) => event.sequence);
}

export function keyOf({ sink, event }: Delivery): DeliveryKey {
  return { sink, eventId: event.id };
}
