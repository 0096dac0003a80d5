import { keysOf } from '../../support/callers';
import { HOSTILE_ANSWERS, slow } from '../../support/hostile-answers';
import { ProcessWorld } from '../../support/process-world';
import { DATABASES, type ServiceStorage, ServiceStorages } from '../../support/service-storage';
import { waitFor } from '../../support/wait-for';
import {
  closeReceivers,
  type WebhookCaller,
  webhookCallers,
  withWebhooks,
} from '../../support/webhook-callers';
import { untoldTo, WebhookLoad } from '../../support/webhook-load';
import type { WebhookReceiver } from '../../support/webhook-receiver';

const CALLERS = 64;
/** A healthy one, one that refuses connections, a slow one and a hostile one. */
const WEBHOOKS_EACH = 4;
/** Enough conversations at once for every place of a slow receiver. */
const SESSIONS = 5 * CALLERS;
const SESSIONS_AT_A_TIME = 16;
/** An attempt fails after 15 seconds. */
const SLOW_MS = 14_000;
const PLACES_OF_ONE = 8;
const SLOW_PLACES = 256;
const DELIVERED_WITHIN_MS = 240_000;

const storages = new ServiceStorages();
afterAll(() => storages.stop());

describe.each(DATABASES)('webhooks on %s beside dead, slow and hostile ones', (database) => {
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
        SESSION_MAX_CONCURRENT: '1000',
        WEBHOOKS_ALLOW_PRIVATE: 'true',
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

  it('get all of their events in order, and the others no more than their places', async () => {
    for (const [index, { receivers }] of callers.entries()) await misbehave(receivers, index);
    await liveAll();
    const sessions = await load.over();

    const healthy = callers.map(({ caller, receivers }) => ({ caller, receivers: receivers.slice(0, 1) }));
    await waitFor(() => {
      expect(untoldTo(healthy, sessions)).toEqual([]);
    }, DELIVERED_WITHIN_MS);

    expect(healthy.flatMap(({ receivers }) => receivers.flatMap(({ journal }) => journal.faults))).toEqual(
      [],
    );
    const slowReceivers = callers.flatMap(({ receivers }) => receivers.slice(2, 3));
    expect(Math.max(...slowReceivers.map(({ open }) => open.most))).toBeLessThanOrEqual(PLACES_OF_ONE);
    const open = slowReceivers.reduce((sum, receiver) => sum + receiver.open.now, 0);
    expect(open).toBeGreaterThan(0);
    expect(open).toBeLessThanOrEqual(SLOW_PLACES);
  });

  async function liveAll(): Promise<void> {
    const indexes = Array.from({ length: SESSIONS }).keys();
    const worker = async (): Promise<void> => {
      for (const index of indexes) await load.live(index);
    };
    await Promise.all(Array.from({ length: SESSIONS_AT_A_TIME }, worker));
  }
});

async function misbehave(receivers: readonly WebhookReceiver[], index: number): Promise<void> {
  const [, dead, late, hostile] = receivers;
  await dead?.close();
  if (late !== undefined) late.answer = slow(SLOW_MS);
  if (hostile !== undefined)
    hostile.answer = HOSTILE_ANSWERS[index % HOSTILE_ANSWERS.length] ?? hostile.answer;
}
