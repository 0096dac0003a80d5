import { ConversationEventListener } from '../../src/genesys/notifications/conversation-event-listener';
import type { NotificationListener } from '../../src/genesys/notifications/notification-listener';
import { GenesysSimulator } from '../../src/simulator/genesys-simulator';
import type { NotificationOptions } from '../../src/simulator/notifications/notification-options';
import { OpenMiddleware } from '../../src/simulator/open-messaging/open-middleware.fake';
import { CHANNEL_CLIENT, OPEN_INTEGRATION } from '../support/channel-client';
import { ChannelProcess } from '../support/channel-process';
import { until } from '../support/until';

const SETTINGS = { GENESYS_NOTIFICATION_CHANNELS: '2', GENESYS_NOTIFICATION_QUEUES: 'queue-1' };
const GUEST = { from: { id: 'guest-1', idType: 'Opaque' }, time: '2026-11-22T08:00:00.000Z' };

describe('the notification channels against the simulator', () => {
  let simulator: GenesysSimulator;
  let process: ChannelProcess;
  let calls: string[];

  beforeEach(() => {
    calls = [];
    const listener: NotificationListener = ConversationEventListener.prototype;
    jest.spyOn(listener, 'onEvent').mockImplementation(({ conversationId }) => {
      calls.push(conversationId);
    });
    jest.spyOn(listener, 'onGap').mockImplementation(() => {
      calls.push('gap');
    });
  });
  afterEach(async () => {
    await process[Symbol.asyncDispose]();
    await simulator.close();
    jest.restoreAllMocks();
  });

  async function start(notifications: NotificationOptions = {}): Promise<void> {
    simulator = await GenesysSimulator.start({
      clients: { [CHANNEL_CLIENT.id]: CHANNEL_CLIENT.secret },
      openMessaging: { integrations: [OPEN_INTEGRATION] },
      notifications,
    });
    process = await ChannelProcess.start(simulator, SETTINGS);
    await until(gaps(1));
  }

  function gaps(count: number): () => boolean {
    return () => calls.filter((call) => call === 'gap').length === count;
  }

  /** A conversation of a guest that waits in the queue. */
  async function enqueue(): Promise<string> {
    const middleware = await OpenMiddleware.logIn(simulator, CHANNEL_CLIENT.id, CHANNEL_CLIENT.secret);
    const body = { channel: GUEST, text: 'Hello' };
    const answer = await middleware.inbound('message?prefetchConversationId=true', body, OPEN_INTEGRATION.id);
    const id = String(answer.body['conversationId']);
    simulator.openMessaging.agent.enqueue(id, 'queue-1');
    return id;
  }

  it('hear of conversations in a configured queue', async () => {
    await start();
    const id = await enqueue();
    await until(() => calls.includes(id));

    expect(calls).toEqual(['gap', id]);
  });

  it.each([true, false])(
    'hear of them after a broken connection (subscriptions kept: %p)',
    async (keepsSubscriptions) => {
      await start({ keepsSubscriptions });
      simulator.notifications.actions.cut();
      await until(gaps(2));
      const id = await enqueue();
      await until(() => calls.includes(id));

      expect(calls).toEqual(['gap', 'gap', id]);
    },
  );

  it('move to a new channel when theirs is evicted', async () => {
    await start();
    simulator.notifications.actions.evict();
    await until(gaps(2));
    const id = await enqueue();
    await until(() => calls.includes(id));

    expect(calls).toEqual(['gap', 'gap', id]);
  });

  it('connect again before an announced close', async () => {
    await start();
    simulator.notifications.actions.announceClosing();
    await until(gaps(2));

    expect(calls).toEqual(['gap', 'gap']);
  });
});
