import { WebhookReceiver } from '../open-messaging/webhook-receiver.fake';
import { Answered, callJson } from '../web-messaging/call-json.fake';
import { NotificationWorld } from './notification-world.fake';
import { messageConversationTopic } from './topics';

const world = NotificationWorld.forEachTest();

function control(method: string, name: string, body?: unknown): Promise<Answered> {
  return callJson(method, `${world.simulator.url}/_sim/notifications${name}`, '', body);
}

describe('the control routes of notifications', () => {
  it('count channels by OAuth client, and events', async () => {
    const client = await world.connect(messageConversationTopic('c'));
    await world.createChannel();
    await world.middleware.say('guest-1', 'hi');

    expect((await control('GET', '')).body).toMatchObject({
      clients: {
        'demo-client': { made: 2, existing: 2, connected: 1, connects: 1, evicted: 0, expired: 0 },
      },
      channels: 2,
      events: 2,
      pushes: 0,
      pendingPushes: 0,
    });
    const channels = (await control('GET', '/channels')).body as unknown as object[];
    expect(channels).toMatchObject([
      { isConnected: true, topics: ['v2.conversations.messages.c'] },
      { isConnected: false },
    ]);
    expect(JSON.stringify(channels)).not.toContain('Bearer');
    expect((await callJson('GET', `${world.simulator.url}/_sim/state`)).body).toMatchObject({
      notifications: { channels: 2 },
    });
    await client[Symbol.asyncDispose]();
  });

  it('list events, by conversation and by topic', async () => {
    const id = await world.middleware.say('guest-1', 'hi');
    await world.middleware.say('guest-2', 'hi');
    const events = async (query: string): Promise<number> =>
      ((await control('GET', `/events${query}`)).body as unknown as unknown[]).length;

    expect(await events('')).toBe(4);
    expect(await events(`?conversationId=${id}`)).toBe(2);
    expect(await events(`?topic=v2.detail.events.conversation.${id}.flow.start`)).toBe(1);
    expect(await events('?limit=1')).toBe(1);
  });

  it('play the platform and the network', async () => {
    const client = await world.connect();
    const [channel] = world.simulator.notifications.channels;
    const acts: [string, object, number][] = [
      ['silence', { channel: 'unknown' }, 0],
      ['announce-closing', { noticeMs: 60_000 }, 1],
      ['cut', { channel: channel?.id, code: 1000 }, 1],
      ['expire', {}, 1],
      ['evict', {}, 0],
    ];
    for (const [name, body, count] of acts)
      expect([name, (await control('POST', `/${name}`, body)).body]).toEqual([name, { count }]);

    expect((await client.closed()).code).toBe(1000);
    expect((await control('POST', '/cut-every', { ms: 1_000_000 })).status).toBe(204);
    expect((await control('POST', '/cut-every')).status).toBe(204);
  });

  it('set disturbances and forbid topics', async () => {
    await control('POST', '/disturb', {
      sockets: { dropShare: 0.1, seed: 7, else: 1 },
      pushes: { lateShare: 0.5, lateMs: 20, duplicateShare: 'much' },
    });
    await control('POST', '/forbid', { templates: ['v2.conversations.messages.{id}', 5] });

    expect((await control('GET', '')).body).toMatchObject({
      socketDisturbance: { dropShare: 0.1, duplicateShare: 0, lateShare: 0, lateMs: 500 },
      pushDisturbance: { dropShare: 0, duplicateShare: 0, lateShare: 0.5, lateMs: 20 },
    });
    const { id } = await world.createChannel();
    expect((await world.subscribe('PUT', id, [messageConversationTopic('c')])).status).toBe(403);
  });

  it('manage the targets of pushes', async () => {
    const receiver = await WebhookReceiver.start();
    const headers = { authorization: 'Basic x' };
    const target = { kind: 'event-bridge', url: receiver.url, headers, suffixes: ['customer.start', 'else'] };
    const added = await control('POST', '/targets', target);
    expect(added.status).toBe(201);
    const id = String(added.body['id']);
    expect((await control('GET', '/targets')).body).toEqual([
      { id, ...target, suffixes: ['customer.start'] },
    ]);
    await world.middleware.say('guest-1', 'hi');
    await world.simulator.notifications.pushes.settled();

    expect(receiver.first.headers.authorization).toBe('Basic x');
    expect((await control('GET', '/pushes')).body).toMatchObject([
      { targetId: id, outcome: 'delivered', attempts: [{ status: 200 }] },
    ]);
    expect((await control('DELETE', `/targets/${id}`)).status).toBe(204);
    expect((await control('DELETE', `/targets/${id}`)).status).toBe(404);
    await control('POST', '/targets', { kind: 'trigger', url: receiver.url });
    expect((await control('DELETE', '/targets')).status).toBe(204);
    expect((await control('GET', '/targets')).body).toEqual([]);
    await receiver.close();
  });

  it('answer invalid calls', async () => {
    const statuses = [
      await control('POST', '/dance', {}),
      await control('GET', '/cut'),
      await control('PUT', '/targets'),
      await control('POST', '/targets', { kind: 'pigeon', url: 'http://a/b' }),
      await control('POST', '/targets', { kind: 'trigger', url: 'nowhere' }),
    ].map(({ status }) => status);

    expect(statuses).toEqual([404, 405, 405, 400, 400]);
  });
});
