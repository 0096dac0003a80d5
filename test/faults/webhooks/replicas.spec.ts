import { keysOf } from '../../support/callers';
import { flawed } from '../../support/flawed-answers';
import { SeededRandom } from '../../support/seeded-random';
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
import { ReplicaWorld } from '../replicas/replica-world';

const CALLERS = 10;
const WEBHOOKS_EACH = 2;
const SESSIONS = 100;
const EVENTS = 3 * SESSIONS * WEBHOOKS_EACH;
const FLAWED_SHARE = 0.03;
const DELIVERED_WITHIN_MS = 120_000;

describe('three replicas that deliver to webhooks, one of which is killed', () => {
  const random = new SeededRandom();
  const keys = webhookCallers(CALLERS);
  let world: ReplicaWorld;
  let load: WebhookLoad;
  let callers: readonly WebhookCaller[];

  beforeAll(async () => {
    world = await ReplicaWorld.start({
      environment: {
        ...keysOf(...keys),
        WEBHOOKS_ALLOW_PRIVATE: 'true',
        SYNC_FIRST_RETRY_MS: '100',
        SYNC_PROBE_INTERVAL_MS: '500',
      },
    });
    const urls = world.replicas.map(({ url }) => url);
    callers = await withWebhooks(urls[0] ?? '', keys, WEBHOOKS_EACH);
    load = new WebhookLoad(urls, keys);
  });

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    await closeReceivers(callers);
  });

  it('lose no event, keep the order of each conversation, and repeat events only as they were', async () => {
    await random.explain(async () => {
      for (const receiver of receiversOf(callers)) receiver.answer = flawed(random, FLAWED_SHARE);
      const lives = Array.from({ length: SESSIONS }, (_, index) => load.live(index));
      await waitFor(() => {
        expect(acceptedBy(callers)).toBeGreaterThan(EVENTS / 3);
      }, DELIVERED_WITHIN_MS);
      await world.replicas[random.between(0, world.replicas.length - 1)]?.kill();
      await Promise.all(lives);

      const sessions = await load.over();

      await waitFor(() => {
        expect(untoldTo(callers, sessions)).toEqual([]);
      }, DELIVERED_WITHIN_MS);
      expect(receiversOf(callers).flatMap(({ journal }) => journal.faults)).toEqual([]);
      expect(acceptedBy(callers)).toBeGreaterThanOrEqual(EVENTS);
    });
  });
});
