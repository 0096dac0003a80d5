import { keysOf } from '../../support/callers';
import { freePort } from '../../support/free-port';
import { ProcessWorld } from '../../support/process-world';
import { SeededRandom } from '../../support/seeded-random';
import { DATABASES, type ServiceStorage, ServiceStorages } from '../../support/service-storage';
import {
  closeReceivers,
  type WebhookCaller,
  webhookCallers,
  withWebhooks,
} from '../../support/webhook-callers';
import { WebhookLoad } from '../../support/webhook-load';
import { expectNoLoss } from '../../support/webhook-survival';

const CALLERS = 10;
const WEBHOOKS_EACH = 2;
const SESSIONS = 100;

const storages = new ServiceStorages();
afterAll(() => storages.stop());

describe.each(DATABASES)('a service on %s that is killed while it delivers to webhooks', (database) => {
  const random = new SeededRandom();
  let storage: ServiceStorage;
  let world: ProcessWorld;
  let load: WebhookLoad;
  let callers: readonly WebhookCaller[];

  beforeAll(async () => {
    storage = await storages.create(database);
    const keys = webhookCallers(CALLERS);
    world = await ProcessWorld.start(storage, {
      environment: {
        ...keysOf(...keys),
        // The same address after a restart.
        PORT: String(await freePort()),
        WEBHOOKS_ALLOW_PRIVATE: 'true',
        SYNC_FIRST_RETRY_MS: '100',
        SYNC_PROBE_INTERVAL_MS: '500',
        SESSION_OPEN_DEADLINE_MS: '3000',
      },
    });
    callers = await withWebhooks(world.service.url, keys, WEBHOOKS_EACH);
    load = new WebhookLoad([world.service.url], keys);
  });

  afterAll(async () => {
    await world.stop();
    await storage.remove();
    await closeReceivers(callers);
  });

  it('loses no event, keeps the order of each conversation, and repeats events only as they were', async () => {
    await random.explain(() =>
      expectNoLoss({ callers, load, sessions: SESSIONS, random }, () => world.restart()),
    );
  });
});
