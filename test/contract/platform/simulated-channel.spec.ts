import { parsePlatformEvent } from '../../../src/genesys/platform-events/event-envelope';
import { topicOf } from '../../../src/genesys/platform-events/topic';
import { ChannelClient } from '../../../src/simulator/notifications/channel-client.fake';
import { NotificationWorld } from '../../../src/simulator/notifications/notification-world.fake';
import { COMBINED_TOPIC, NOTIFICATION_FRAMES } from '../../fixtures/platform/notification-frames';
import { missingIn } from '../../support/frame-shape';

const TOPIC = 'v2.routing.queues.8f7e6d5c.conversations.messages';
const world = NotificationWorld.forEachTest();

const reasonOf = (frame: object | undefined): unknown =>
  parsePlatformEvent(JSON.stringify(frame), Date.now());

describe('the socket of a simulated channel', () => {
  it.each([
    ['response to a ping', { message: 'ping' }],
    ['accepted subscription', { message: 'subscribe', topics: [TOPIC], correlationId: 'c-1' }],
    [
      'failed subscription',
      { message: 'subscribe', topics: ['v2.users.7d0c.presence'], correlationId: 'c-1' },
    ],
    ['subscription with an error', { message: 'subscribe', correlationId: 'c-1' }],
  ] as const)('answers as public clients read it: %s', async (name, request) => {
    await using client = await world.connect();
    const { event, taken } = NOTIFICATION_FRAMES[name];

    const answer = await client.ask(request);

    expect(missingIn(answer ?? {}, event)).toEqual([]);
    expect(reasonOf(answer)).toEqual({ kind: 'ignored', reason: taken.ignored });
  });

  it('closes when another connection of the channel opens', async () => {
    const { id, connectUri } = await world.createChannel();
    await world.subscribe('PUT', id, [TOPIC]);
    await using first = await ChannelClient.connect(connectUri);
    await using second = await ChannelClient.connect(connectUri);

    expect(await first.closed()).toEqual({ code: 1000, reason: 'duplicate_id' });
    await second.settled();
  });
});

describe('subscriptions of a simulated channel', () => {
  it('are all refused for one topic that is refused, unless errors are ignored', async () => {
    const { id } = await world.createChannel();
    const topics = [TOPIC, 'v2.users.7d0c.presence'];

    expect((await world.subscribe('PUT', id, topics)).status).toBe(403);
    expect(await world.subscribe('PUT', id, topics, '?ignoreErrors=true')).toMatchObject({
      status: 200,
      body: {
        entities: [
          { id: TOPIC, state: 'Permitted' },
          { id: topics[1], state: 'Rejected' },
        ],
      },
    });
  });

  it('take no combined topics, which are none of conversations', async () => {
    const { id } = await world.createChannel();

    expect((await world.subscribe('PUT', id, [COMBINED_TOPIC])).status).toBe(403);
    expect(topicOf(COMBINED_TOPIC)).toEqual({ kind: 'other', reason: 'not-a-conversation' });
  });
});
