import { INTEGRATION } from './open-middleware.fake';
import { OpenMessagingOptions } from './open-messaging-options';
import { WebhookWorld } from './webhook-world.fake';

let world: WebhookWorld;
let receiver: WebhookWorld['receiver'];
let open: WebhookWorld['open'];
let simulator: WebhookWorld['simulator'];

function enter(next: WebhookWorld): void {
  world = next;
  ({ receiver, open, simulator } = world);
}

async function restart(options: OpenMessagingOptions): Promise<void> {
  enter(await world.restarted(options));
}

beforeEach(async () => {
  enter(await WebhookWorld.start());
});
afterEach(() => world.close());

describe('disturbed webhooks', () => {
  const say = (...texts: readonly string[]): void => {
    for (const text of texts) open.agent.say('guest-1', text);
  };

  it('are in order by default', async () => {
    const texts = Array.from({ length: 20 }, (_, index) => String(index));
    say(...texts);
    await open.settled();

    expect(receiver.texts).toEqual(texts);
  });

  it('are delivered twice, as a share of them', async () => {
    open.webhooks.duplicateShare = 0.5;
    say('1', '2', '3', '4');
    await open.settled();

    expect(receiver.texts).toEqual(['1', '2', '2', '3', '4', '4']);
    expect(receiver.received[1]?.raw).toBe(receiver.received[2]?.raw);
    expect(open.deliveries.map(({ isDuplicate }) => isDuplicate)).toEqual([
      false,
      false,
      true,
      false,
      false,
      true,
    ]);
  });

  it('are held, and released in reverse', async () => {
    open.webhooks.hold();
    say('1', '2', '3');
    expect(open.webhooks.pending).toBe(3);
    open.webhooks.release('reversed');
    await open.settled();

    expect(receiver.texts).toEqual(['3', '2', '1']);
  });

  it('are late, as a share of them', async () => {
    open.webhooks.lateShare = 0.5;
    open.webhooks.lateMs = 100;
    say('1', '2', '3');
    await open.settled();

    expect(receiver.texts).toEqual(['1', '3', '2']);
  });

  it('run side by side without an order', async () => {
    await restart({ ordered: false, webhookTimeoutMs: 60_000 });
    receiver.replies.push('hang');
    say('1');
    await receiver.waitFor(() => receiver.received.length === 1);
    say('2');
    await receiver.waitFor(() => receiver.received.length === 2);
    expect(receiver.texts).toEqual(['1', '2']);
    expect(open.webhooks.pending).toBeGreaterThan(0);
  });

  it('are dropped beyond the bound of pending ones, and after the close', async () => {
    await restart({ maxPendingWebhooks: 1, keptDeliveries: 2 });
    open.webhooks.hold();
    say('1', '2', '3');

    expect(open.deliveries.map(({ outcome }) => outcome)).toEqual(['dropped', 'dropped']);
    open.webhooks.release();
    await open.settled();
    expect(receiver.texts).toEqual(['1']);
    await simulator.close();
    expect(open.deliverRaw(INTEGRATION, {}).outcome).toBe('dropped');
  });
});
