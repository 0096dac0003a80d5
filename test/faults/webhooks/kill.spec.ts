import { keysOf } from '../../support/callers';
import { flawed } from '../../support/flawed-answers';
import { freePort } from '../../support/free-port';
import { ProcessWorld } from '../../support/process-world';
import { SeededRandom } from '../../support/seeded-random';
import { DATABASES, type ServiceStorage, ServiceStorages } from '../../support/service-storage';
import { waitFor } from '../../support/wait-for';
import {
  acceptedBy,
  closeReceivers,
  receiversOf,
  type WebhookCaller,
  webhookCallers,
  withWebhooks,
} from '../../support/webhook-callers';
import { untoldTo, WebhookLoad } from '../../support/webhook-load';

const CALLERS = 10;
const WEBHOOKS_EACH = 2;
const SESSIONS = 100;
/** `session.connected`, `session.terminating` and `session.terminated` of each, at each webhook of its caller. */
const EVENTS = 3 * SESSIONS * WEBHOOKS_EACH;
const FLAWED_SHARE = 0.03;
/** Deliveries that a killed process had claimed wait for the end of the claim, and of its lease. */
const DELIVERED_WITHIN_MS = 120_000;

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
    await random.explain(async () => {
      for (const receiver of receiversOf(callers)) receiver.answer = flawed(random, FLAWED_SHARE);
      const lives = Array.from({ length: SESSIONS }, (_, index) => load.live(index));
      await waitFor(() => {
        expect(acceptedBy(callers)).toBeGreaterThan(EVENTS / 3);
      }, DELIVERED_WITHIN_MS);
      await world.restart();
      await Promise.all(lives);

      const sessions = await load.over();

      await waitFor(() => {
        expect(untoldTo(callers, sessions)).toEqual([]);
      }, DELIVERED_WITHIN_MS);
      expect(receiversOf(callers).flatMap(({ journal }) => journal.faults)).toEqual([]);
      expect(acceptedBy(callers)).toBeGreaterThanOrEqual(EVENTS);
      expect(sessions.flat().length).toBeGreaterThanOrEqual(SESSIONS);
    });
  });
});
