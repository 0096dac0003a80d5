import type { Session } from '../../src/session/domain/session';
import type { Attempt, Delivery } from '../../src/sync/domain/delivery';
import type { DeliveryKey } from '../../src/sync/domain/delivery-id';
import type { TestStores } from '../support/persistence-harness';

/** Stores a session with two events: that it began, and that it was lost. */
export async function storedWithTwoEvents(
  stores: TestStores,
  began = 1_000,
  ended = began + 1_000,
): Promise<Session> {
  const session = await stores.activated(began);
  session.lose('gone', ended);
  await stores.sessions.save(session);
  return session;
}

/** Claims one delivery at the given time, as a relay does; fails if there is none. */
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

/** Claims and settles all due deliveries of a sink, and returns them in the order of the claims. */
export async function deliverAll(stores: TestStores, sink = 'crm', now = 10_000): Promise<Delivery[]> {
  const handed: Delivery[] = [];
  for (;;) {
    // Limits concurrency to the number of connections: on a busy machine the others would wait for too long.
    const claimed = await stores.claim({ sink, now, limit: 10 });
    if (claimed.length === 0) return handed;
    handed.push(...claimed);
    const accepted: Attempt = { at: now, latencyMs: 5, status: 204 };
    await Promise.all(claimed.map((delivery) => stores.outbox.settle(delivery, accepted)));
  }
}

/** Returns the sequence numbers of one conversation's deliveries. */
export function sequencesOf(deliveries: readonly Delivery[], { conversationId }: Session): number[] {
  return deliveries
    .filter(({ event }) => event.conversationId === conversationId)
    .map(({ event }) => event.sequence);
}

export function keyOf({ sink, event }: Delivery): DeliveryKey {
  return { sink, eventId: event.id };
}
