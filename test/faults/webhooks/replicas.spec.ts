import { keysOf } from '../../support/callers';
import { SeededRandom } from '../../support/seeded-random';
import {
  closeReceivers,
  type WebhookCaller,
  webhookCallers,
  withWebhooks,
} from '../../support/webhook-callers';
import { WebhookLoad } from '../../support/webhook-load';
import { expectNoLoss } from '../../support/webhook-survival';
import { ReplicaWorld } from '../replicas/replica-world';

const CALLERS = 10;
const WEBHOOKS_EACH = 2;
const SESSIONS = 100;

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
    const kill = async (): Promise<void> => {
      await world.replicas[random.between(0, world.replicas.length - 1)]?.kill();
    };
    await random.explain(() => expectNoLoss({ callers, load, sessions: SESSIONS, random }, kill));
  });
});
