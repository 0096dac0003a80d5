import { RecordingLog } from '../../audit/recording-log.fake';
import { StorageUnavailableError } from '../../common/errors/storage-unavailable.errors';
import { anAnswer } from '../transport/genesys-http-client.fake';
import { aQueueEvent, NotificationServiceFake, untilTrue } from './notification-service.fake';
import { NotificationsWorld, START } from './notifications-world.fake';

const HEARTBEAT = { topicName: 'channel.metadata', eventBody: { message: 'WebSocket Heartbeat' } };
const CLOSING = { topicName: 'v2.system.socket_closing', eventBody: { message: 'closing' } };
const HOUR_MS = 3_600_000;
const TOPIC = 'v2.routing.queues.q-1.conversations.messages';

let platform: NotificationServiceFake;
let world: NotificationsWorld;
let worlds: NotificationsWorld[];
let log: RecordingLog;

beforeEach(async () => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'], now: START });
  // The shortest backoff.
  jest.spyOn(Math, 'random').mockReturnValue(0);
  log = RecordingLog.install();
  platform = await NotificationServiceFake.start();
  worlds = [];
  world = aReplica();
  world.queues.queueIds = ['q-1'];
});
afterEach(async () => {
  for (const each of worlds) await each.owner.onModuleDestroy();
  await platform[Symbol.asyncDispose]();
  jest.restoreAllMocks();
  jest.useRealTimers();
});

/** A replica beside the first one, or the first one. */
function aReplica(settings: ConstructorParameters<typeof NotificationsWorld>[3] = {}): NotificationsWorld {
  const [first] = worlds;
  const replica = new NotificationsWorld(platform, first?.store, first?.queues, settings);
  worlds.push(replica);
  return replica;
}

/** Starts a replica, and waits for its first gap, which follows the first subscription. */
async function start(replica = world): Promise<void> {
  replica.owner.onApplicationBootstrap();
  await untilTrue(() => replica.listener.gaps.length === 1);
}

/** Lets time pass, at most seconds, so that every connection has heard something meanwhile. */
async function pass(ms: number, replica = world): Promise<void> {
  replica.clock.at += ms;
  await jest.advanceTimersByTimeAsync(ms);
}

/** The platform sends a heartbeat over every connection. */
async function beat(replica = world): Promise<void> {
  const heard = async (): Promise<number> =>
    (await replica.metrics.sample('notification_events_total{kind="heartbeat"}')) ?? 0;
  const expected = (await heard()) + platform.connected.length;
  for (const id of platform.connected) platform.say(id, HEARTBEAT);
  await untilTrue(async () => (await heard()) === expected);
}

/** Lets the time come to look at the clock, with a heartbeat in between. */
async function look(): Promise<void> {
  await beat();
  await pass(30_000);
  await beat();
  await pass(30_000);
}

describe('the notification channels', () => {
  it('stay off by default', async () => {
    const off = aReplica({ GENESYS_NOTIFICATION_CHANNELS: 0 });
    off.owner.onApplicationBootstrap();
    await pass(60_000, off);

    expect(platform.requests).toEqual([]);
    expect(off.health.notes).toEqual([]);
    expect(off.store.owner).toBe('');
  });

  it('connect, then subscribe to the queues of live sessions and of the settings, then report a gap', async () => {
    world = aReplica({ GENESYS_NOTIFICATION_QUEUES: ['q-2'] });
    world.queues.queueIds = ['q-1', 'not an id', 'q-2'];
    await start();

    expect(platform.connected).toEqual(['channel-1']);
    expect(platform.puts).toEqual([
      {
        channel: 'channel-1',
        topics: [
          'v2.routing.queues.q-2.conversations.messages',
          'v2.routing.queues.q-1.conversations.messages',
        ],
      },
    ]);
    expect(world.listener.calls).toEqual(['gap since 0']);
    expect(await world.metrics.sample('notification_owner')).toBe(1);
    expect(await world.metrics.sample('notification_channels_connected')).toBe(1);
    expect(await world.metrics.sample('notification_topics')).toBe(2);
    expect(world.health.notes.map(([name, detail]) => [name, detail()])).toEqual([
      ['notifications', { role: 'owner', channels: '1', topics: '2' }],
    ]);
  });

  it('have no channel without a queue', async () => {
    world.queues.queueIds = [];
    world.owner.onApplicationBootstrap();
    await pass(30_000);

    expect(platform.made).toBe(0);
    expect(world.store.owner).not.toBe('');
  });

  it('hand events over in their order, and count what they ignore', async () => {
    await start();
    for (const id of ['c-1', 'c-2', 'c-3']) platform.say('channel-1', aQueueEvent(id));
    platform.say('channel-1', { topicName: 'v2.users.u-1.presence', eventBody: {} });
    await untilTrue(
      async () =>
        (await world.metrics.sample('notification_events_total{kind="not-a-conversation"}')) !== undefined,
    );
    await untilTrue(() => world.listener.calls.length === 4);

    expect(world.listener.calls).toEqual(['gap since 0', 'c-1', 'c-2', 'c-3']);
    expect(await world.metrics.sample('notification_events_total{kind="snapshot"}')).toBe(3);
  });

  it('subscribe again to the whole list when the queues change, without a gap', async () => {
    await start();
    world.queues.queueIds = ['q-1', 'q-2'];
    await pass(10_000);
    await untilTrue(() => platform.puts.length === 2);

    expect(platform.puts[1]?.topics).toEqual([TOPIC, 'v2.routing.queues.q-2.conversations.messages']);
    expect(world.listener.gaps).toHaveLength(1);
    expect(platform.connections).toHaveLength(1);
  });

  it('repeat a change of the subscriptions that fails', async () => {
    await start();
    world.queues.queueIds = ['q-1', 'q-2'];
    platform.answers.push(anAnswer(500));
    await pass(10_000);
    await untilTrue(() => log.at('warn').length > 0);
    await pass(1_000);
    await untilTrue(() => platform.puts.length === 2);

    expect(platform.connections).toHaveLength(1);
  });

  it('use the stored channel again after a restart, and report since when they were not live', async () => {
    await start();
    await pass(2_000);
    await beat();
    await world.owner.onModuleDestroy();
    const next = aReplica();
    await start(next);

    expect(platform.made).toBe(1);
    expect(platform.connections).toEqual(['channel-1', 'channel-1']);
    expect(platform.puts).toHaveLength(2);
    expect(next.listener.gaps).toEqual([`gap since ${START + 2_000}`]);
  });

  it.each([401, 404, 410])('make a new channel after %d at the upgrade', async (status) => {
    await start();
    await world.owner.onModuleDestroy();
    platform.channels.clear();
    platform.goneStatus = status;
    const next = aReplica();
    next.owner.onApplicationBootstrap();
    await untilTrue(() => log.at('warn').length > 0);
    await pass(1_000, next);
    await untilTrue(() => next.listener.gaps.length === 1);

    expect(platform.connected).toEqual(['channel-2']);
    expect(next.store.stored.map(({ id }) => id)).toEqual(['channel-2']);
    expect(await next.metrics.sample('notification_reconnects_total{reason="gone"}')).toBe(1);
  });

  it('make a new channel when the platform does not know the channel of a subscription', async () => {
    await start();
    await world.owner.onModuleDestroy();
    platform.answers.push(anAnswer(404));
    const next = aReplica();
    next.owner.onApplicationBootstrap();
    await untilTrue(() => log.at('warn').length > 0);
    await pass(1_000, next);
    await untilTrue(() => next.listener.gaps.length === 1);

    expect(platform.connected).toEqual(['channel-2']);
  });

  it('make a new channel when a stranger has evicted theirs', async () => {
    await start();
    platform.evict('channel-1');
    await untilTrue(() => log.at('warn').length > 0);
    await pass(1_000);
    await untilTrue(() => world.listener.gaps.length === 2);

    expect(platform.connected).toEqual(['channel-2']);
    expect(world.store.stored.map(({ id }) => id)).toEqual(['channel-2']);
  });

  it('connect to the same channel again when the connection closes, subscribe and report the gap', async () => {
    await start();
    await pass(3_000);
    await beat();
    platform.socketOf('channel-1').close(1001);
    await untilTrue(() => world.listener.gaps.length === 2);

    expect(platform.connections).toEqual(['channel-1', 'channel-1']);
    expect(platform.puts).toHaveLength(2);
    expect(world.listener.gaps[1]).toBe(`gap since ${START + 3_000}`);
    expect(await world.metrics.sample('notification_reconnects_total{reason="closed"}')).toBe(1);
  });

  it('connect again before the platform closes the connection', async () => {
    await start();
    platform.say('channel-1', CLOSING);
    await untilTrue(() => world.listener.gaps.length === 2);

    expect(platform.connections).toEqual(['channel-1', 'channel-1']);
    expect(await world.metrics.sample('notification_reconnects_total{reason="socket-closing"}')).toBe(1);
  });

  it('connect again after 45 seconds of silence', async () => {
    platform.answersPings = false;
    await start();
    await pass(44_000);
    expect(platform.connections).toHaveLength(1);
    await pass(1_000);
    await untilTrue(() => world.listener.gaps.length === 2);

    expect(platform.connections).toEqual(['channel-1', 'channel-1']);
    expect(await world.metrics.sample('notification_reconnects_total{reason="silent"}')).toBe(1);
  });

  it('stay connected while pings are answered', async () => {
    await start();
    await pass(30_000);
    await untilTrue(async () => (await world.metrics.sample('notification_events_total{kind="pong"}')) === 1);
    await pass(44_000);

    expect(platform.connections).toHaveLength(1);
  });

  it('change to a new channel after 22 hours, without a gap', async () => {
    await start();
    world.clock.at += 22 * HOUR_MS;
    await look();
    await untilTrue(() => platform.connected.join() === 'channel-2');

    expect(platform.puts.map(({ channel }) => channel)).toEqual(['channel-1', 'channel-2']);
    expect(world.listener.gaps).toHaveLength(1);
    expect(world.store.stored.map(({ id }) => id)).toEqual(['channel-2']);
    expect(await world.metrics.sample('notification_channels_connected')).toBe(1);
    expect(await world.metrics.sample('notification_reconnects_total{reason="roll-over"}')).toBe(1);
  });

  it('keep the old channel while no new one can be made', async () => {
    await start();
    world.clock.at += 22 * HOUR_MS;
    platform.answers.push(anAnswer(503));
    await look();
    expect(platform.connected).toEqual(['channel-1']);
    await pass(1_000);
    await untilTrue(() => platform.connected.join() === 'channel-2');

    expect(world.listener.gaps).toHaveLength(1);
    expect(platform.made).toBe(1 + 1);
  });

  it('change to a new channel with a gap where only one is allowed', async () => {
    world = aReplica({ GENESYS_NOTIFICATION_CHANNELS: 1 });
    await start();
    world.clock.at += 22 * HOUR_MS;
    await look();
    await untilTrue(() => world.listener.gaps.length === 2);
    await untilTrue(() => platform.connected.join() === 'channel-2');

    expect(world.store.stored.map(({ id }) => id)).toEqual(['channel-2']);
  });

  it('spread over as many channels as the topics need, with one to spare', async () => {
    world = aReplica({ GENESYS_NOTIFICATION_CHANNELS: 3 });
    world.queues.queueIds = Array.from({ length: 2_500 }, (_, index) => `q-${index}`);
    world.owner.onApplicationBootstrap();
    await untilTrue(() => platform.puts.length === 2);

    expect(platform.puts.map(({ topics }) => topics.length)).toEqual([1_000, 1_000]);
    expect(await world.metrics.sample('notification_topics_dropped_total')).toBe(500);
    expect(log.at('warn')).toContainEqual(expect.objectContaining({ count: 500 }));
    await pass(10_000);
    expect(await world.metrics.sample('notification_topics_dropped_total')).toBe(500);
  });

  it('log rejected topics once, with the missing permissions', async () => {
    platform.rejected.set(TOPIC, ['routing:queue:view', 'secret text']);
    await start();
    platform.say('channel-1', CLOSING);
    await untilTrue(() => platform.puts.length === 2);

    expect(await world.metrics.sample('notification_topics_rejected_total')).toBe(1);
    expect(log.at('warn')).toEqual([
      {
        message: 'Notification topics rejected by Genesys Cloud',
        queueId: 'q-1',
        count: 1,
        reason: 'missing permissions: routing:queue:view',
      },
    ]);
  });

  it('warn of a topic that the platform does not offer over a WebSocket', async () => {
    platform.availableTopics = [
      { id: 'v2.routing.queues.{queueId}.conversations.messages', transports: ['EventBridge'] },
    ];
    await start();
    await untilTrue(() => log.at('warn').length > 0);

    expect(log.at('warn')).toEqual([
      {
        message: 'Notification topic of queues unavailable',
        reason: 'not available over a WebSocket',
      },
    ]);
  });

  it.each([[[]], [undefined]])('run although the platform lists %p as its topics', async (topics) => {
    platform.availableTopics = topics;
    await start();
    await untilTrue(() => log.at('warn').length > 0);

    expect(platform.connected).toEqual(['channel-1']);
  });

  it('are left alone by a second replica until the first one stops', async () => {
    await start();
    const second = aReplica();
    second.owner.onApplicationBootstrap();
    await pass(5_000);
    expect(platform.connections).toHaveLength(1);
    await world.owner.onModuleDestroy();
    await pass(1_000, second);
    await untilTrue(() => second.listener.gaps.length === 1);

    expect(platform.connections).toEqual(['channel-1', 'channel-1']);
    expect(platform.made).toBe(1);
  });

  it('are taken over when the lease has expired, and closed before by an owner whose renewal hangs', async () => {
    await start();
    await pass(4_000);
    await beat();
    await pass(3_000);
    let answer = (): void => undefined;
    const hanging = new Promise<undefined>((resolve) => {
      answer = () => {
        resolve(undefined);
      };
    });
    const claim = jest.spyOn(world.store, 'claim').mockReturnValue(hanging);
    await pass(8_000);
    await untilTrue(() => platform.connected.length === 0);
    claim.mockRestore();
    world.store.now += 10_000;
    const second = aReplica();
    await start(second);
    answer();

    expect(platform.made).toBe(1);
    expect(second.listener.gaps).toEqual([`gap since ${START + 4_000}`]);
  });

  it('are closed in time when the lease cannot be renewed, and claimed again', async () => {
    await start();
    world.store.failures.push(...Array.from({ length: 9 }, () => new StorageUnavailableError()));
    await pass(9_000);
    await untilTrue(() => platform.connected.length === 0);
    expect(await world.metrics.sample('notification_owner')).toBe(0);
    await pass(3_000);
    await untilTrue(() => platform.connected.length === 1);

    expect(platform.made).toBe(1);
  });

  it('are closed at once when another replica has the lease', async () => {
    await start();
    world.store.owner = 'another';
    world.store.leasedUntil = Infinity;
    await pass(4_000);
    await untilTrue(() => platform.connected.length === 0);

    expect(log.at('warn')).toContainEqual({ message: 'Notification lease lost' });
  });

  it('make no second channel when the first one could not be stored', async () => {
    jest.spyOn(world.store, 'save').mockRejectedValueOnce(new StorageUnavailableError());
    world.owner.onApplicationBootstrap();
    await untilTrue(() => log.at('warn').length > 0);
    await pass(1_000);
    await untilTrue(() => world.listener.gaps.length === 1);

    expect(platform.made).toBe(1);
    expect(world.store.stored.map(({ id }) => id)).toEqual(['channel-1']);
  });

  it('close everything when the process stops', async () => {
    await start();
    await world.owner.onModuleDestroy();
    await untilTrue(() => platform.connected.length === 0);
    await jest.advanceTimersByTimeAsync(2_000);

    expect(jest.getTimerCount()).toBe(0);
    expect(world.store.leasedUntil).toBe(0);
    expect(await world.metrics.sample('notification_channels_connected')).toBe(0);
  });
});
