import { World } from '../../src/world';
import { ApiClient } from '../support/api-client';
import { EventClient } from '../support/event-client';
import { LogCapture } from '../support/log-capture';
import { until } from '../support/until';

const QUEUE = 'support';
const RESTARTS = 20;

interface Counts {
  readonly made: number;
  readonly existing: number;
  readonly connected: number;
}

describe('notification channels of Genesys Cloud', () => {
  let world: World;
  let api: ApiClient;

  beforeAll(async () => {
    world = await World.start({
      logOutput: new LogCapture(),
      openMessaging: true,
      environment: {
        GENESYS_CHANNEL: 'open-messaging',
        GENESYS_NOTIFICATION_CHANNELS: '2',
        GENESYS_NOTIFICATION_QUEUES: QUEUE,
        // The first beat is at a random time in the interval: in a day, none occurs during the test.
        HEARTBEAT_MAX_INTERVAL_MS: '86400000',
        HEARTBEAT_MIN_INTERVAL_MS: '86400000',
        SHUTDOWN_NOTICE_MS: '0',
      },
    });
    api = new ApiClient(world.url);
  });
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });

  const channels = (): Counts => {
    const { clients } = world.genesys.notifications.describe() as {
      readonly clients: Record<string, Counts>;
    };
    return Object.values(clients)[0] ?? { made: 0, existing: 0, connected: 0 };
  };
  const subscribed = (): boolean =>
    world.genesys.notifications.channels.hasSubscribers(`v2.routing.queues.${QUEUE}.conversations.messages`);

  it('tell callers, streams and sinks what agents do, up to the wrap-up after the end', async () => {
    const { body } = await api.open({ text: 'Where is my order?', queueId: QUEUE });
    const id = String(body['conversationId']);
    const stream = await EventClient.open(`${world.url}/v1/sessions/${id}/events`);
    const theirs = String((await api.get(id)).body['genesysConversationId']);
    const { agent } = world.genesys.openMessaging;
    await until(() => subscribed() && channels().connected === 1);
    agent.enqueue(theirs, QUEUE);
    agent.join(theirs);
    await until(() => stream.names.includes('assignment.agent-joined'));
    agent.end(theirs, 'agent');
    agent.wrapUp(theirs, 'solved', { notes: 'delivered tomorrow' });
    await until(async () => (await api.get(id)).body['wrapUp'] !== undefined);

    expect((await api.get(id)).body).toMatchObject({
      state: 'disconnected',
      endReason: 'agent-ended',
      endedBy: 'agent',
      assignment: { state: 'none' },
      wrapUp: { code: 'solved', notes: 'delivered tomorrow' },
    });
    await until(() => world.crm.eventsOf(id).length === 6);
    expect(world.crm.eventsOf(id).map(({ body: event }) => (event as { type: string }).type)).toEqual([
      'session.connected',
      'assignment.waiting',
      'assignment.agent-joined',
      'assignment.agent-left',
      'session.disconnected',
      'assignment.wrapped-up',
    ]);
    stream.close();
  });

  it(`are the same after ${RESTARTS} restarts`, async () => {
    await until(() => channels().connected === 1);
    for (let restart = 0; restart < RESTARTS; restart += 1) {
      await world.restart();
      await until(() => channels().connected === 1);
    }

    expect(channels()).toMatchObject({ made: 1, existing: 1, connected: 1 });
  });
});
