import { callJson } from '../web-messaging/call-json.fake';
import { ChannelClient } from './channel-client.fake';
import { CHANNELS, CreatedChannel, NotificationWorld, START } from './notification-world.fake';
import { conversationTopic, queueTopic, TOPIC_TEMPLATES, userTopic } from './topics';

const HOUR_MS = 3_600_000;
const world = NotificationWorld.forEachTest();

const topicsOf = async (id: string): Promise<unknown> =>
  (await world.call('GET', `${CHANNELS}/${id}/subscriptions`)).body;

async function listed(query = ''): Promise<string[]> {
  const { body } = await world.call('GET', CHANNELS + query);
  return (body['entities'] as CreatedChannel[]).map(({ id }) => id);
}

async function exists(id: string): Promise<boolean> {
  return (await world.call('HEAD', `${CHANNELS}/${id}`)).status === 200;
}

describe('notification channels', () => {
  it('have a socket at the address of the simulator, and live for 24 hours', async () => {
    const { id, connectUri, expires } = await world.createChannel();

    expect(connectUri).toBe(`${world.simulator.url.replace('http', 'ws')}/channels/${id}`);
    expect(Date.parse(expires)).toBe(START + 24 * HOUR_MS);
    expect(await listed()).toEqual([id]);
    expect(await exists(id)).toBe(true);
    expect(await exists('unknown')).toBe(false);
  });

  it('are listed for one access token on request', async () => {
    const { id } = await world.createChannel();
    const other = await world.logIn();
    const { body } = await other.call('POST', CHANNELS, {});

    expect(await listed()).toEqual([id, body['id']]);
    expect(await listed('?includechannels=oauthclient')).toEqual([id, body['id']]);
    expect(await listed('?includechannels=token')).toEqual([id]);
  });

  it('belong to one OAuth client', async () => {
    const { id } = await world.createChannel();
    world.simulator.state.setSecret('other-client', 'other-secret');
    const other = await world.logIn('other-client', 'other-secret');

    expect((await other.call('GET', CHANNELS)).body).toEqual({ entities: [] });
    expect((await other.call('HEAD', `${CHANNELS}/${id}`)).status).toBe(404);
    expect((await callJson('POST', world.simulator.url + CHANNELS)).status).toBe(401);
  });

  it('are 20 at most: one more removes the least recently used one, unconnected ones first', async () => {
    const ids: string[] = [];
    const first = await world.createChannel();
    const client = await ChannelClient.connect(first.connectUri);
    for (let count = 1; count < 20; count += 1) {
      world.now += 1;
      ids.push((await world.createChannel()).id);
    }
    world.now += 1;
    expect(await exists(ids[0] ?? '')).toBe(true);
    await world.createChannel();

    expect(await listed()).toHaveLength(20);
    expect(await exists(first.id)).toBe(true);
    expect(await exists(ids[0] ?? '')).toBe(true);
    expect(await exists(ids[1] ?? '')).toBe(false);
    await client[Symbol.asyncDispose]();
  });

  it('lose their socket when they make way', async () => {
    await world.restart({ channelsPerClient: 1 });
    const client = await world.connect();
    await world.createChannel();

    expect(await client.closed()).toEqual({ code: 1000, reason: 'channel removed' });
  });

  it('expire, and live on with each change of the subscriptions', async () => {
    await world.restart({ channelLifetimeMs: HOUR_MS });
    const { id } = await world.createChannel();
    const { id: other, connectUri } = await world.createChannel();
    const client = await ChannelClient.connect(connectUri);
    world.now += HOUR_MS - 1;
    expect((await world.subscribe('PUT', id, [])).status).toBe(200);
    world.now += 1;

    expect(await exists(id)).toBe(true);
    expect(await exists(other)).toBe(false);
    expect((await world.subscribe('POST', other, [])).status).toBe(404);
    expect(await client.closed()).toEqual({ code: 1000, reason: 'channel expired' });
    expect(await ChannelClient.refusal(connectUri)).toBe(401);
    world.now += HOUR_MS;
    expect(await listed()).toEqual([]);
  });

  it('answer wrong methods and paths', async () => {
    const { id } = await world.createChannel();

    expect((await world.call('PUT', CHANNELS)).status).toBe(405);
    expect((await world.call('POST', '/api/v2/notifications/availabletopics')).status).toBe(405);
    expect((await world.call('GET', `${CHANNELS}/${id}`)).status).toBe(405);
    expect((await world.call('PATCH', `${CHANNELS}/${id}/subscriptions`)).status).toBe(405);
    expect((await world.call('GET', '/api/v2/notifications/else')).status).toBe(404);
    expect((await fetch(`${world.simulator.url}/channels/${id}`)).status).toBe(426);
  });
});

describe('the subscriptions of a channel', () => {
  const topics = [queueTopic('q'), userTopic('u')];
  let id: string;

  beforeEach(async () => {
    ({ id } = await world.createChannel());
  });

  it('are added, replaced and cleared', async () => {
    expect((await world.subscribe('POST', id, topics)).body).toEqual({
      entities: topics.map((topic) => ({ id: topic, state: 'Permitted' })),
    });
    await world.subscribe('POST', id, [conversationTopic('c'), queueTopic('q')]);
    expect(await topicsOf(id)).toEqual({
      entities: [...topics, conversationTopic('c')].map((topic) => ({ id: topic })),
    });
    await world.subscribe('PUT', id, [queueTopic('r')]);
    expect(await topicsOf(id)).toEqual({ entities: [{ id: queueTopic('r') }] });
    expect((await world.call('DELETE', `${CHANNELS}/${id}/subscriptions`)).status).toBe(204);
    expect(await topicsOf(id)).toEqual({ entities: [] });
  });

  it('change not at all when one topic is unknown or forbidden', async () => {
    await world.subscribe('PUT', id, topics);
    world.simulator.notifications.subscriptions.forbidden = new Set([
      'v2.routing.queues.{id}.conversations.messages',
    ]);

    for (const wrong of ['v2.unknown', queueTopic('r')]) {
      const { status, body } = await world.subscribe('PUT', id, [userTopic('v'), wrong]);
      expect(status).toBe(403);
      expect(body['message']).toContain(wrong);
    }
    expect(await topicsOf(id)).toEqual({ entities: topics.map((topic) => ({ id: topic })) });
  });

  it('take the permitted topics when errors are ignored', async () => {
    await world.restart({ forbiddenTopics: ['v2.detail.events.conversation.{id}.acw'] });
    ({ id } = await world.createChannel());
    const acw = 'v2.detail.events.conversation.c.acw';
    const { body } = await world.subscribe('PUT', id, [...topics, 'v2.unknown', acw], '?ignoreErrors=true');

    expect(body['entities']).toMatchObject([
      { state: 'Permitted' },
      { state: 'Permitted' },
      { id: 'v2.unknown', state: 'Rejected', missingPermissions: [] },
      { id: acw, state: 'Rejected', missingPermissions: ['analytics:conversationDetail:view'] },
    ]);
    expect(await topicsOf(id)).toEqual({ entities: topics.map((topic) => ({ id: topic })) });
  });

  it('are 1,000 topics at most', async () => {
    const many = (count: number): string[] =>
      Array.from({ length: count }, (_, index) => conversationTopic(String(index)));

    expect((await world.subscribe('PUT', id, many(1_000))).status).toBe(200);
    expect((await world.subscribe('POST', id, many(1_000))).status).toBe(200);
    expect((await world.subscribe('POST', id, [queueTopic('q')])).status).toBe(400);
    expect((await world.subscribe('PUT', id, many(1_001))).status).toBe(400);
  });

  it.each([undefined, {}, [{}], ['v2.users.u'], [{ id: 1 }]])('are a list of ids, not %j', async (body) => {
    expect((await world.call('PUT', `${CHANNELS}/${id}/subscriptions`, body)).status).toBe(400);
  });

  it('are possible for every available topic', async () => {
    const { body } = await world.call('GET', '/api/v2/notifications/availabletopics?expand=transports');
    const available = body['entities'] as { id: string; transports: string[] }[];

    expect(available.map((topic) => topic.id)).toEqual(TOPIC_TEMPLATES);
    expect(available.find((topic) => topic.id.endsWith('customer.end'))?.transports).toContain('EventBridge');
    const concrete = TOPIC_TEMPLATES.map((template) => template.replace('{id}', 'some-id'));
    expect((await world.subscribe('PUT', id, concrete)).status).toBe(200);
  });
});
