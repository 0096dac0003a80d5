import { RecordingLog } from '../audit/recording-log.fake';
import { CommitSignal } from '../common/commit-signal';
import { PoisonMessageReporter } from '../common/poison/poison-message-reporter';
import { SystemClock } from '../common/time/system-clock';
import { AccessConfig } from '../config/access.config';
import type { ApiKeyEntry } from '../config/api-key-list';
import { Environment } from '../config/environment';
import { aMessageEvent, aStateEvent } from '../events/domain/feed-event.builder';
import { FakeEventFeed } from '../events/ports/event-feed.fake';
import { Metrics } from '../metrics/metrics';
import { FakeWebhookQueue } from './ports/webhook-queue.fake';
import { WebhookFanOut } from './webhook-fan-out';
import { WebhookOwners } from './webhook-owners';
import { WebhookSubscribers } from './webhook-subscribers';
import { WebhooksTelemetry } from './webhooks.telemetry';

const POLL_MS = 500;
const BATCH = 100;
const BILLING: ApiKeyEntry = {
  name: 'billing',
  sha256: '1'.repeat(64),
  scopes: ['webhooks.manage'],
  expires: '2030-01-01T00:00:00Z',
};

let feed: FakeEventFeed;
let queue: FakeWebhookQueue;
let commits: CommitSignal;
let fanOut: WebhookFanOut;

function expectNoTimers(): void {
  expect(jest.getTimerCount()).toBe(0);
}

beforeEach(() => {
  jest.useFakeTimers();
  RecordingLog.install();
  feed = new FakeEventFeed();
  queue = new FakeWebhookQueue();
  commits = new CommitSignal();
});
afterEach(async () => {
  await fanOut.beforeApplicationShutdown();
  expectNoTimers();
  jest.useRealTimers();
});

async function start(settings: Partial<Environment> = { ACCESS_MODE: 'open' }): Promise<void> {
  const access = new AccessConfig(Object.assign(new Environment(), settings));
  const clock = new SystemClock();
  const telemetry = new WebhooksTelemetry(new Metrics(), queue, new PoisonMessageReporter(), clock);
  const subscribers = new WebhookSubscribers(queue, new WebhookOwners(access));
  fanOut = new WebhookFanOut(feed, queue, subscribers, clock, commits, telemetry);
  fanOut.onApplicationBootstrap();
  await jest.advanceTimersByTimeAsync(POLL_MS);
}

const queued = (): string[] => queue.queued.map(({ webhookId, id, type }) => `${webhookId} ${id} ${type}`);

describe(WebhookFanOut.name, () => {
  it('queues an event for each webhook that subscribes to it, in the order of the feed', async () => {
    queue.subscribe('states');
    queue.subscribe('messages', { types: ['message.*'] });
    feed.add(
      aStateEvent(1, 'connecting'),
      aStateEvent(2, 'active'),
      aMessageEvent(3),
      aStateEvent(4, 'failed'),
    );
    await start();

    expect(queued()).toEqual([
      'states e2 session.connected',
      'messages e3 message.received',
      'states e4 session.failed',
    ]);
    expect(queue.at).toBe(4);
  });

  it("tells webhooks of their owner's sessions only, unless they get those of all", async () => {
    queue.subscribe('own');
    queue.subscribe('other', { owner: 'support' });
    queue.subscribe('all', { owner: 'console', sessions: 'all' });
    feed.add(aStateEvent(1, 'active'), aStateEvent(2, 'active', { owner: 'support' }));
    await start();

    expect(queued().sort()).toEqual([
      'all e1 session.connected',
      'all e2 session.connected',
      'other e2 session.connected',
      'own e1 session.connected',
    ]);
  });

  it('tells a webhook nothing from before it was verified', async () => {
    queue.subscribe('late', { fromPosition: 1 });
    feed.add(aStateEvent(1, 'active'), aStateEvent(2, 'terminating'));
    await start();

    expect(queued()).toEqual(['late e2 session.terminating']);
  });

  it('does not read the feed while there is no webhook', async () => {
    feed.add(aStateEvent(1, 'active'));
    await start();

    expect(feed.reads).toEqual([]);
  });

  it('reads right after a commit, and batch by batch without a pause', async () => {
    queue.subscribe('states');
    await start();
    feed.add(...Array.from({ length: 2 * BATCH + 1 }, (_, index) => aStateEvent(index + 1, 'active')));
    commits.notify('feed');
    await jest.advanceTimersByTimeAsync(100);

    expect(queue.at).toBe(2 * BATCH + 1);
    expect(queue.queued).toHaveLength(2 * BATCH + 1);
  });

  it('reads again when another replica was faster, since that may not have seen the latest events', async () => {
    queue.subscribe('states');
    queue.lostRaces = 2;
    feed.add(aStateEvent(1, 'active'));
    await start();

    expect(queued()).toEqual(['states e1 session.connected']);
  });

  it('ends the events of a scope that was taken away from the owner', async () => {
    queue.subscribe('all', { sessions: 'all', types: ['session.*'] });
    queue.subscribe('messages', { types: ['message.*', 'session.*'] });
    feed.add(aStateEvent(1, 'active'), aMessageEvent(2));
    await start({ ACCESS_MODE: 'keys', API_KEYS: [BILLING] });

    expect(queued()).toEqual(['messages e1 session.connected']);
    expect(queue.at).toBe(2);
  });

  it('continues after the feed could not be read', async () => {
    queue.subscribe('states');
    feed.fails(new Error('no connection'));
    await start();
    feed.works();
    feed.add(aStateEvent(1, 'active'));
    await jest.advanceTimersByTimeAsync(POLL_MS);

    expect(queued()).toEqual(['states e1 session.connected']);
  });
});
