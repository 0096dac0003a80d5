import type { Fault } from '../../../src/simulator/fault';
import type { DisturbanceOptions } from '../../../src/simulator/notifications/disturbance';
import type { NotificationOptions } from '../../../src/simulator/notifications/notification-options';
import { World } from '../../../src/world';
import { AgentStory, STORY_QUEUES } from '../../support/agent-story';
import { ApiClient } from '../../support/api-client';
import { LogCapture } from '../../support/log-capture';
import { followLoopTime } from '../../support/loop-time';
import { until } from '../../support/until';
import { status } from '../../support/upstream-matrix';

const SECRET = 'secret-of-a-sender-of-events';
const STORIES = 3;
const QUEUE_TOPIC = 'v2.routing.queues.{id}.conversations.messages';
/** Reading makes up for what a fault has kept away. */
const BEATS = { HEARTBEAT_MAX_INTERVAL_MS: '900', HEARTBEAT_MIN_INTERVAL_MS: '900' };
const CHANNELS = '^/api/v2/notifications/channels$';
const SUBSCRIPTIONS = '/subscriptions$';
const AVAILABLE = '/availabletopics$';

followLoopTime(3);

const ENDED_BY_AGENT = {
  state: 'disconnected',
  endReason: 'agent-ended',
  endedBy: 'agent',
  assignment: { state: 'none' },
};

type Act = (world: World) => void;

/** Acts of the network and of the platform before each act of an agent. */
const ACTS: readonly [what: string, act: Act][] = [
  ['is cut', ({ genesys }) => genesys.notifications.actions.cut()],
  ['is closed with 1001', ({ genesys }) => genesys.notifications.actions.cut(undefined, 1001)],
  ['announces its close', ({ genesys }) => genesys.notifications.actions.announceClosing(0)],
  ['loses its channel to another program', ({ genesys }) => genesys.notifications.actions.evict()],
  ['has a channel that expires', ({ genesys }) => genesys.notifications.actions.expire()],
  ['becomes silent', ({ genesys }) => genesys.notifications.actions.silence()],
];

const DISTURBANCES: readonly [what: string, disturbance: DisturbanceOptions][] = [
  ['all twice', { duplicateShare: 1 }],
  ['all late', { lateShare: 1, lateMs: 700 }],
  ['half of them late', { lateShare: 0.5, lateMs: 300 }],
  ['half of them lost', { dropShare: 0.5 }],
  ['all lost', { dropShare: 1 }],
  ['lost, twice and late by chance', { dropShare: 0.3, duplicateShare: 0.3, lateShare: 0.3, lateMs: 300 }],
];

const OPTIONS: readonly [what: string, options: NotificationOptions][] = [
  ['forbids the topics', { forbiddenTopics: [QUEUE_TOPIC] }],
  ['forgets the topics of a closed connection', { keepsSubscriptions: false }],
  ['allows one channel', { channelsPerClient: 1 }],
  ['allows one topic for a channel', { topicsPerChannel: 1 }],
  ['sends no heartbeats', { heartbeatMs: 0 }],
  ['names agents of a queue only while they are there', { topicScope: 'current' }],
];

/** Answers of the platform, for the first requests or for all of them. */
const FAULTS: readonly [what: string, path: string, method: string, fault: Fault, times?: number][] = [
  ['500 for two channels', CHANNELS, 'POST', status(500), 2],
  ['429 for a channel', CHANNELS, 'POST', { kind: 'status', status: 429, retryAfter: 1 }, 1],
  ['403 for all channels', CHANNELS, 'POST', status(403)],
  ['HTML for a channel', CHANNELS, 'POST', { kind: 'garbage' }, 1],
  ['an empty body for a channel', CHANNELS, 'POST', { kind: 'empty' }, 1],
  ['other types for a channel', CHANNELS, 'POST', { kind: 'wrong-types' }, 1],
  ['a reset for a channel', CHANNELS, 'POST', { kind: 'reset' }, 1],
  ['a reset after it has made a channel', CHANNELS, 'POST', { kind: 'reset', effect: 'after' }, 1],
  ['500 for two subscriptions', SUBSCRIPTIONS, 'PUT', status(500), 2],
  ['404 for a subscription', SUBSCRIPTIONS, 'PUT', status(404), 1],
  ['403 for all subscriptions', SUBSCRIPTIONS, 'PUT', status(403)],
  ['HTML for a subscription', SUBSCRIPTIONS, 'PUT', { kind: 'garbage' }, 1],
  ['a reset for a subscription', SUBSCRIPTIONS, 'PUT', { kind: 'reset' }, 1],
  ['403 for the topics', AVAILABLE, 'GET', status(403)],
  ['500 for the topics', AVAILABLE, 'GET', status(500)],
  ['HTML for the topics', AVAILABLE, 'GET', { kind: 'garbage' }],
];

interface Setting {
  readonly notifications?: NotificationOptions;
  readonly environment?: Readonly<Record<string, string>>;
  readonly prepare?: Act;
  readonly beforeEach?: Act;
  readonly isLossy?: boolean;
}

/** Plays stories in a world of their own, and expects that each of them is told completely and once. */
async function expectStories(setting: Setting): Promise<void> {
  const { notifications, environment, prepare, beforeEach, isLossy = false } = setting;
  await using world = await World.start({
    logOutput: new LogCapture(),
    openMessaging: true,
    genesys: notifications === undefined ? {} : { notifications },
    environment: {
      ...BEATS,
      GENESYS_CHANNEL: 'open-messaging',
      GENESYS_EVENTS_SECRET: SECRET,
      GENESYS_NOTIFICATION_QUEUES: STORY_QUEUES.join(),
      GENESYS_REQUESTS_PER_MINUTE: '1000000',
      LOG_LEVEL: 'error',
      ...environment,
    },
  });
  prepare?.(world);
  const api = new ApiClient(world.url);
  const stories = await Promise.all(Array.from({ length: STORIES }, () => AgentStory.begin(world, api)));
  await Promise.all(stories.map((story) => story.play(() => beforeEach?.(world))));
  for (const story of stories) await expectTold(story, api, isLossy);
}

/** A fact whose event was lost or late may be told after one that followed it, and a short wait not at all. */
async function expectTold(told: AgentStory, api: ApiClient, isLossy: boolean): Promise<void> {
  const comparable = (story: readonly string[]): readonly string[] =>
    isLossy ? story.filter((line) => line !== 'waiting').toSorted() : story;
  expect(told.sequence).toEqual(told.sequence.map((_, index) => index + 1));
  expect(comparable(told.story)).toEqual(comparable(AgentStory.told));
  expect((await api.get(told.id)).body).toMatchObject(ENDED_BY_AGENT);
}

const OVER_SOCKET = { GENESYS_NOTIFICATION_CHANNELS: '2' };

describe('the acts of agents, told once and in order while the notification socket', () => {
  it.concurrent.each(ACTS)('%s', async (_what, beforeEach) => {
    await expectStories({ environment: OVER_SOCKET, beforeEach });
  });

  it.concurrent.each(DISTURBANCES)('delivers events %s', async (_what, socketDisturbance) => {
    await expectStories({ environment: OVER_SOCKET, notifications: { socketDisturbance }, isLossy: true });
  });
});

describe('the acts of agents, told once and in order where the notification service', () => {
  it.concurrent.each(OPTIONS)('%s', async (_what, notifications) => {
    await expectStories({ environment: OVER_SOCKET, notifications });
  });

  it.concurrent.each(FAULTS)('answers %s', async (_what, path, method, fault, times) => {
    const rule = { match: { path, method }, fault, ...(times === undefined ? {} : { times }) };
    const prepare: Act = ({ genesys }) => genesys.faults.add(rule);
    await expectStories({ environment: { ...OVER_SOCKET, LOG_LEVEL: 'error' }, prepare });
  });
});

describe('the acts of agents, told once and in order while events over HTTP', () => {
  const pushedAs =
    (...kinds: readonly ('event-bridge' | 'trigger')[]): Act =>
    ({ genesys, url }) => {
      for (const kind of kinds)
        genesys.notifications.pushes.addTarget({
          kind,
          url: `${url}/v1/genesys/events`,
          headers: { authorization: `Bearer ${SECRET}` },
        });
    };

  it.concurrent.each([
    ['come from EventBridge', pushedAs('event-bridge'), {}],
    ['come from a workflow', pushedAs('trigger'), {}],
    ['come from both', pushedAs('event-bridge', 'trigger'), {}],
    ['come from both and over the socket', pushedAs('event-bridge', 'trigger'), OVER_SOCKET],
    [
      'have a secret that is not known',
      pushedAs('event-bridge'),
      { GENESYS_EVENTS_SECRET: `other-${SECRET}` },
    ],
  ] as const)('%s', async (_what, prepare, environment) => {
    await expectStories({ prepare, environment, notifications: { pushRetries: 0 } });
  });

  it.concurrent.each(DISTURBANCES)('come %s', async (_what, pushDisturbance) => {
    await expectStories({
      prepare: pushedAs('event-bridge'),
      notifications: { pushDisturbance },
      isLossy: true,
    });
  });
});

it.concurrent('a notification channel that was made for nothing is not used, and one is left', async () => {
  await using world = await World.start({
    logOutput: new LogCapture(),
    openMessaging: true,
    environment: { GENESYS_NOTIFICATION_QUEUES: STORY_QUEUES.join(), ...OVER_SOCKET },
  });
  const { channels } = world.genesys.notifications;
  const connected = (): number => [...channels].filter(({ connection }) => connection !== undefined).length;
  await until(() => connected() === 1);
  await world.restart();
  await until(() => connected() === 1);

  expect(channels.size).toBe(1);
});
