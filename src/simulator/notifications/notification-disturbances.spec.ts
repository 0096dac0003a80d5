import { WebhookReceiver } from '../open-messaging/webhook-receiver.fake';
import { ChannelClient } from './channel-client.fake';
import { Disturbance } from './disturbance';
import { NotificationWorld } from './notification-world.fake';
import { messageConversationTopic } from './topics';

const world = NotificationWorld.forEachTest();

describe(Disturbance.name, () => {
  const plans = (disturbance: Disturbance): unknown[] =>
    Array.from({ length: 1_000 }, () => disturbance.plan());

  it('plans one immediate copy by default', () => {
    expect(new Disturbance().plan()).toEqual([0]);
  });

  it('repeats itself for a seed', () => {
    const options = { dropShare: 0.1, duplicateShare: 0.1, lateShare: 0.1, lateMs: 7, seed: 3 };
    const disturbance = new Disturbance(options);
    const first = plans(disturbance);
    disturbance.change({ seed: 3 });

    expect(plans(disturbance)).toEqual(first);
    expect(plans(new Disturbance(options))).toEqual(first);
    expect(plans(new Disturbance({ ...options, seed: 4 }))).not.toEqual(first);
    const kinds = new Set(first.map((plan) => JSON.stringify(plan)));
    for (const kind of ['[]', '[0]', '[7]', '[0,0]']) expect(kinds).toContain(kind);
  });

  it.each([
    [{ dropShare: 1 }, []],
    [{ duplicateShare: 1 }, [0, 0]],
    [{ lateShare: 1, lateMs: 9 }, [9]],
  ])('plans all deliveries alike with %j', (options, plan) => {
    const disturbance = new Disturbance(options);

    expect(new Set(plans(disturbance).map((one) => JSON.stringify(one)))).toEqual(
      new Set([JSON.stringify(plan)]),
    );
    disturbance.change({ dropShare: 0, duplicateShare: 0, lateShare: 0 });
    expect(disturbance.plan()).toEqual([0]);
    disturbance.reset();
    expect(disturbance.plan()).toEqual(plan);
  });
});

describe('disturbed sockets', () => {
  let id: string;
  let client: ChannelClient;

  beforeEach(async () => {
    id = await world.middleware.say('guest-1', 'hi');
    client = await world.connect(messageConversationTopic(id));
  });
  const say = (text: string): void => void world.simulator.openMessaging.agent.say(id, text);
  const counts = (): unknown[] =>
    world.simulator.notifications.log.events
      .filter(({ topicName }) => topicName === messageConversationTopic(id))
      .map(({ sent, dropped }) => [sent, dropped]);

  it('lose and repeat events, which the log tells', async () => {
    const { socketDisturbance } = world.simulator.notifications;
    world.simulator.openMessaging.agent.join(id);
    socketDisturbance.change({ dropShare: 1 });
    say('lost');
    socketDisturbance.change({ dropShare: 0, duplicateShare: 1 });
    say('twice');
    await client.settled();

    expect(client.events).toHaveLength(3);
    expect(client.events[1]).toEqual(client.events[2]);
    expect(counts()).toEqual([
      [1, 0],
      [0, 1],
      [2, 0],
    ]);
  });

  it('deliver late events after their successors', async () => {
    const { socketDisturbance } = world.simulator.notifications;
    world.simulator.openMessaging.agent.join(id);
    socketDisturbance.change({ lateShare: 1, lateMs: 100 });
    say('late');
    socketDisturbance.change({ lateShare: 0 });
    say('in time');
    await client.waitFor(() => client.events.length === 3);

    const lengths = client.events.map(({ eventBody }) => JSON.stringify(eventBody).length);
    expect(lengths[2]).toBeLessThan(lengths[1] ?? 0);
  });

  it('break at once, and again and again', async () => {
    const { actions, channels } = world.simulator.notifications;
    expect(actions.cut()).toBe(1);
    expect((await client.closed()).code).toBe(1006);
    const [channel] = channels;
    const uri = `${world.simulator.url.replace('http', 'ws')}/channels/${channel?.id ?? ''}`;
    actions.cutEvery(20);
    for (let times = 0; times < 2; times += 1) await (await ChannelClient.connect(uri)).closed();
    actions.cutEvery(0);
    const last = await ChannelClient.connect(uri);
    await last.settled();
  });

  it('close with any code', async () => {
    expect(world.simulator.notifications.actions.cut('unknown')).toBe(0);
    world.simulator.notifications.actions.cut(undefined, 1012);

    expect((await client.closed()).code).toBe(1012);
  });

  it('announce a planned close', async () => {
    expect(world.simulator.notifications.actions.announceClosing(1)).toBe(1);

    expect((await client.closed()).code).toBe(1001);
    expect(client.topics).toEqual(['v2.system.socket_closing']);
  });

  it('stay open in silence', async () => {
    expect(world.simulator.notifications.actions.silence()).toBe(1);
    client.send({ message: 'ping' });
    world.simulator.openMessaging.agent.end(id, 'agent');
    world.simulator.notifications.actions.cut(undefined, 1000);

    expect((await client.closed()).code).toBe(1000);
    expect(client.frames).toEqual([]);
  });

  it.each(['evict', 'expire'] as const)('close when the channel ends early: %s', async (act) => {
    const { actions, channels } = world.simulator.notifications;
    expect(actions[act]()).toBe(1);
    await client.closed();

    expect(channels.size).toBe(0);
    const counted = act === 'evict' ? { evicted: 1, expired: 0 } : { evicted: 0, expired: 1 };
    expect(channels.describe()).toMatchObject({ 'demo-client': { made: 1, existing: 0, ...counted } });
  });

  it('end with a reset', async () => {
    const { notifications } = world.simulator;
    notifications.socketDisturbance.change({ dropShare: 1, lateMs: 1 });
    notifications.actions.announceClosing();
    world.simulator.reset();
    await client.closed();

    expect(notifications.describe()).toMatchObject({
      clients: {},
      channels: 0,
      events: 0,
      socketDisturbance: { dropShare: 0, lateMs: 500 },
    });
  });
});

describe('disturbed pushes', () => {
  it('are lost, repeated and late', async () => {
    const receiver = await WebhookReceiver.start();
    const pushTargets = [{ kind: 'trigger', url: receiver.url, suffixes: ['customer.start'] } as const];
    await world.restart({ pushTargets, pushDisturbance: { dropShare: 1 } });
    const { pushes, pushDisturbance } = world.simulator.notifications;
    await world.middleware.say('guest-1', 'lost');
    pushDisturbance.change({ dropShare: 0, duplicateShare: 1 });
    const twice = await world.middleware.say('guest-2', 'twice');
    await pushes.settled();
    pushDisturbance.change({ duplicateShare: 0, lateShare: 1, lateMs: 600_000 });
    await world.middleware.say('guest-3', 'late');
    pushDisturbance.change({ lateShare: 0 });
    const inTime = await world.middleware.say('guest-4', 'in time');
    await receiver.waitFor(() => pushes.pending === 1);

    expect(receiver.received.map(({ body }) => body['conversationId'])).toEqual([twice, twice, inTime]);
    expect(pushes.pushes.map(({ isDuplicate, outcome }) => [isDuplicate, outcome])).toEqual([
      [false, 'delivered'],
      [true, 'delivered'],
      [false, 'pending'],
      [false, 'delivered'],
    ]);
    await receiver.close();
  });
});
