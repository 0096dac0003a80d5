import { ChannelClient } from './channel-client.fake';
import { CHANNELS, NotificationWorld } from './notification-world.fake';
import { messageConversationTopic, queueTopic } from './topics';

const world = NotificationWorld.forEachTest();
const TOPIC = queueTopic('queue-1');

async function act(guest: string): Promise<void> {
  await world.middleware.say(guest, 'hi');
  world.simulator.openMessaging.agent.enqueue(guest, 'queue-1');
}

describe('the socket of a channel', () => {
  it('has heartbeats and answers pings', async () => {
    await world.restart({ heartbeatMs: 1 });
    const client = await world.connect();
    const heartbeat = { topicName: 'channel.metadata', eventBody: { message: 'WebSocket Heartbeat' } };
    await client.waitFor(() => client.frames.length > 2);
    expect(client.frames[0]).toEqual(heartbeat);

    client.send({ message: 'ping' });
    await client.waitFor(() => client.frames.some(({ eventBody }) => eventBody?.['message'] === 'pong'));
  });

  it('has no heartbeat on request', async () => {
    await world.restart({ heartbeatMs: 0 });
    const client = await world.connect();
    await client.settled();

    expect(client.frames).toEqual([{ topicName: 'channel.metadata', eventBody: { message: 'pong' } }]);
  });

  it('adds subscriptions on request', async () => {
    const client = await world.connect(queueTopic('q'));
    const request = { message: 'subscribe', topics: [TOPIC], correlationId: 'c' };

    expect(await client.ask(request)).toEqual({
      result: '200',
      status: 'subscribed',
      topics: [TOPIC],
      correlationId: 'c',
    });
    const [channel] = world.simulator.notifications.channels;
    expect([...(channel?.topics ?? [])]).toEqual([queueTopic('q'), TOPIC]);
    expect(await client.ask({ ...request, topics: ['v2.unknown'] })).toMatchObject({
      result: '400',
      status: 'failure',
    });
    expect(await client.ask({ ...request, topics: 'none' })).toMatchObject({
      result: '400',
      status: 'error',
    });
  });

  it.each(['no JSON', '[]', Buffer.from([0, 255]), { message: 'dance' }])(
    'answers invalid data with an error: %j',
    async (data) => {
      const client = await world.connect();
      expect(await client.ask(data)).toMatchObject({ result: '400', status: 'error' });
    },
  );

  it('is refused for an unknown channel', async () => {
    const { connectUri } = await world.createChannel();
    expect(await ChannelClient.refusal(`${connectUri}x`)).toBe(401);
  });

  it('is the only one of its channel: a second one closes the first', async () => {
    const { id, connectUri } = await world.createChannel();
    await world.subscribe('PUT', id, [TOPIC]);
    const first = await ChannelClient.connect(connectUri);
    const second = await ChannelClient.connect(connectUri);
    expect(await first.closed()).toEqual({ code: 1000, reason: 'duplicate_id' });
    await act('guest-1');
    await second.waitFor(() => second.events.length === 1);

    expect(first.events).toEqual([]);
    expect(world.simulator.notifications.channels.describe()).toMatchObject({
      'demo-client': { made: 1, existing: 1, connected: 1, connects: 2 },
    });
  });

  it('gets nothing that happened without it, and keeps its subscriptions', async () => {
    const { id, connectUri } = await world.createChannel();
    await world.subscribe('PUT', id, [TOPIC]);
    const first = await ChannelClient.connect(connectUri);
    await act('guest-1');
    await first.waitFor(() => first.events.length === 1);
    world.simulator.notifications.actions.cut();
    await first.closed();
    await act('guest-2');
    const second = await ChannelClient.connect(connectUri);
    await act('guest-3');
    await second.waitFor(() => second.events.length === 1);

    const missed = world.simulator.notifications.log.events.filter(({ topicName }) => topicName === TOPIC);
    expect(missed).toMatchObject([
      { subscribers: 1, sent: 1, unconnected: 0 },
      { subscribers: 1, sent: 0, unconnected: 1 },
      { subscribers: 1, sent: 1, unconnected: 0 },
    ]);
  });

  it('takes its subscriptions with it where the platform forgets them', async () => {
    await world.restart({ keepsSubscriptions: false });
    const { id, connectUri } = await world.createChannel();
    await world.subscribe('PUT', id, [TOPIC]);
    const first = await ChannelClient.connect(connectUri);
    await ChannelClient.connect(connectUri);
    await first.closed();

    expect((await world.call('GET', `${CHANNELS}/${id}/subscriptions`)).body).toEqual({ entities: [] });
  });

  it('shares an event with every channel that is subscribed', async () => {
    const id = await world.middleware.say('guest-1', 'hi');
    const clients = [
      await world.connect(messageConversationTopic(id)),
      await world.connect(messageConversationTopic(id)),
    ];
    world.simulator.openMessaging.agent.end(id, 'agent');
    for (const client of clients) await client.waitFor(() => client.events.length === 1);

    expect(clients[0]?.events).toEqual(clients[1]?.events);
  });
});
