import { GenesysSimulator } from '../genesys-simulator';
import { INTEGRATION, OpenMiddleware, SECRET } from './open-middleware.fake';
import { OpenMessaging } from './open-messaging';
import { OpenMessagingOptions } from './open-messaging-options';
import { WebhookReceiver } from './webhook-receiver.fake';

const NOW = Date.parse('2026-11-22T08:00:00.000Z');

let receiver: WebhookReceiver;
let simulator: GenesysSimulator;
let middleware: OpenMiddleware;
let open: OpenMessaging;

async function start(options: OpenMessagingOptions = {}): Promise<void> {
  simulator = await GenesysSimulator.start({
    now: () => NOW,
    openMessaging: {
      integrations: [
        {
          id: INTEGRATION,
          secret: SECRET,
          name: 'Product',
          webhookUrl: receiver.url,
          webhookHeaders: { authorization: 'Bearer x' },
        },
      ],
      retryFirstMs: 20,
      retryEveryMs: 5,
      ...options,
    },
  });
  open = simulator.openMessaging;
  middleware = await OpenMiddleware.logIn(simulator);
  await middleware.say('guest-1', 'hi', { messageId: 'ext-1' });
}

async function restart(options: OpenMessagingOptions): Promise<void> {
  await simulator.close();
  await start(options);
}

beforeEach(async () => {
  receiver = await WebhookReceiver.start();
  await start();
});
afterEach(async () => {
  await simulator.close();
  await receiver.close();
});

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
