import { steeringDeliveries } from '../../src/persistence/migrations/0003-steering-deliveries';
import type { Delivery } from '../../src/sync/domain/delivery';
import {
  createEmptyStorage,
  DIALECTS,
  newSession,
  TestStores,
  type TestStorage,
} from '../support/persistence-harness';
import { createSecondSchema } from './earlier-schemas';

describe.each(DIALECTS)(`${steeringDeliveries.name} on %s`, (dialect) => {
  let storage: TestStorage;

  beforeEach(async () => {
    storage = await createEmptyStorage(dialect);
  });

  afterEach(async () => {
    await storage.remove();
  });

  it("keeps the previous release's pending deliveries, which are delivered", async () => {
    const sessions = [newSession(1_000), newSession(1_001), newSession(1_002)];
    for (const session of sessions) {
      session.activate(1_500);
      session.lose('gone', 2_000);
    }
    await createSecondSchema(storage.config, sessions, ['crm', 'archive']);

    const stores = await TestStores.open(storage.config, ['crm', 'archive']);
    await expect(stores.outbox.backlog('crm')).resolves.toMatchObject({ pending: 6, oldestAt: 1_500 });
    const handed: Delivery[] = [];
    for (let claimed = await stores.claim(); claimed.length > 0; claimed = await stores.claim()) {
      handed.push(...claimed);
      for (const delivery of claimed) await stores.outbox.settle(delivery, { at: 3_000, latencyMs: 5 });
    }
    for (const { conversationId } of sessions) {
      const lane = handed.filter(({ event }) => event.conversationId === conversationId);
      expect(lane.map(({ event }) => event.sequence)).toEqual([1, 2]);
    }
    await expect(stores.ledger.list({ sink: 'crm', status: 'delivered', limit: 10 })).resolves.toHaveLength(
      6,
    );
    await expect(stores.due({ sink: 'archive' })).resolves.toHaveLength(3);
    await stores.close();
  });
});
