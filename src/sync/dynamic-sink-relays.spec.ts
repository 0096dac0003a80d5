import { RecordingLog } from '../audit/recording-log.fake';
import { CommitSignal } from '../common/commit-signal';
import type { SessionEvent } from '../session/domain/session-event';
import { anEvent } from './domain/delivery.builder';
import { DynamicSinkRelays } from './dynamic-sink-relays';
import { DynamicSinks } from './ports/dynamic-sinks';
import { never, refuse } from './sink-answers.fake';
import { RELAY_THROTTLE_MS, STOP_GRACE_MS } from './sink-relay';
import { FakeSyncServices } from './sync-services.fake';

const POLL_MS = 500;
const IDLE_MS = 60_000;
const HOUR_MS = 3_600_000;
const PROBE_MS = 30_000;

/** Sinks that come and go: those with pending deliveries in the outbox. */
class FakeDynamicSinks extends DynamicSinks<SessionEvent> {
  readonly queue;
  readonly sink;
  readonly telemetry;
  asked = 0;
  failure: Error | undefined;

  constructor({ outbox, sink, telemetry }: FakeSyncServices) {
    super();
    this.queue = outbox;
    this.sink = sink;
    this.telemetry = telemetry;
  }

  due(now: number): Promise<readonly string[]> {
    this.asked += 1;
    if (this.failure !== undefined) return Promise.reject(this.failure);
    const rows = this.queue.rows.filter((row) => row.status === 'pending' && row.nextAttemptAt <= now);
    return Promise.resolve([...new Set(rows.map(({ sink }) => sink))]);
  }
}

let services: FakeSyncServices;
let sinks: FakeDynamicSinks;
let commits: CommitSignal;
let relays: DynamicSinkRelays;

function expectNoTimers(): void {
  expect(jest.getTimerCount()).toBe(0);
}

beforeEach(() => {
  jest.useFakeTimers({ now: 1_800_000_000_000 });
  RecordingLog.install();
  services = new FakeSyncServices();
  sinks = new FakeDynamicSinks(services);
  commits = new CommitSignal();
  relays = new DynamicSinkRelays(sinks, services.relays, commits, services.clock);
  relays.onApplicationBootstrap();
});
afterEach(async () => {
  const stopped = relays.beforeApplicationShutdown();
  await jest.advanceTimersByTimeAsync(5_000);
  await stopped;
  expectNoTimers();
  jest.useRealTimers();
});

const handed = (): string[] => services.sink.handed.map(({ event }) => event.conversationId);

describe(DynamicSinkRelays.name, () => {
  it('delivers for sinks that appear, each with a relay of its own', async () => {
    services.outbox.queue('one', anEvent({ conversationId: 'a' }));
    services.outbox.queue('other', anEvent({ conversationId: 'b' }));
    await jest.advanceTimersByTimeAsync(POLL_MS);

    expect(handed().sort()).toEqual(['a', 'b']);
    expect(new Set(services.outbox.claims.map(({ sink }) => sink))).toEqual(new Set(['one', 'other']));
  });

  it('looks for due sinks right after a commit', async () => {
    await jest.advanceTimersByTimeAsync(POLL_MS);
    services.outbox.queue('one', anEvent({ conversationId: 'a' }));
    commits.notify('webhooks');
    await jest.advanceTimersByTimeAsync(2 * RELAY_THROTTLE_MS);

    expect(handed()).toEqual(['a']);
  });

  it('asks the queue of no sink that has nothing due', async () => {
    services.outbox.queue('one', anEvent({ conversationId: 'a' }));
    // The end of a delivery asks once more.
    await jest.advanceTimersByTimeAsync(2 * POLL_MS);
    const { length } = services.outbox.claims;
    await jest.advanceTimersByTimeAsync(20 * POLL_MS);

    expect(services.outbox.claims).toHaveLength(length);
    expect(sinks.asked).toBeGreaterThan(20);
  });

  it('delivers what was postponed once it is due', async () => {
    services.sink.next(refuse);
    services.outbox.queue('one', anEvent({ conversationId: 'a' }));
    await jest.advanceTimersByTimeAsync(10_000);

    expect(handed()).toEqual(['a', 'a']);
    expect(services.outbox.row('a').status).toBe('delivered');
  });

  it('stops a relay that has had nothing to do for a minute', async () => {
    services.outbox.queue('one', anEvent({ conversationId: 'a' }));
    await jest.advanceTimersByTimeAsync(POLL_MS);
    const before = jest.getTimerCount();
    await jest.advanceTimersByTimeAsync(IDLE_MS + 2 * POLL_MS);

    expect(jest.getTimerCount()).toBeLessThan(before);
    services.outbox.queue('one', anEvent({ conversationId: 'b' }));
    await jest.advanceTimersByTimeAsync(POLL_MS);
    expect(handed()).toEqual(['a', 'b']);
  });

  it('probes a failing receiver until it accepts, however rarely its events are due', async () => {
    const deliver = jest.spyOn(services.sink, 'deliver').mockImplementation(refuse);
    const conversations = services.conversations('one', 8);
    for (const conversationId of conversations) services.outbox.queue('one', anEvent({ conversationId }));
    await jest.advanceTimersByTimeAsync(3 * HOUR_MS);
    deliver.mockRestore();
    await jest.advanceTimersByTimeAsync(PROBE_MS + POLL_MS);

    expect(handed().sort()).toEqual(conversations);
  });

  it('delivers to others while a relay stops, and again to its own sink afterwards', async () => {
    services.outbox.queue('one', anEvent({ conversationId: 'a' }));
    await jest.advanceTimersByTimeAsync(POLL_MS);
    jest.spyOn(services.outbox, 'isDue').mockImplementation(never);
    await jest.advanceTimersByTimeAsync(IDLE_MS + POLL_MS);
    services.outbox.queue('one', anEvent({ conversationId: 'b' }));
    services.outbox.queue('other', anEvent({ conversationId: 'c' }));
    await jest.advanceTimersByTimeAsync(POLL_MS);
    expect(handed()).toEqual(['a', 'c']);

    // The relay gives up after its grace.
    await jest.advanceTimersByTimeAsync(STOP_GRACE_MS);
    expect(handed()).toEqual(['a', 'c', 'b']);
  });

  it('continues after the database was not available', async () => {
    sinks.failure = new Error('no connection');
    await jest.advanceTimersByTimeAsync(POLL_MS);
    sinks.failure = undefined;
    services.outbox.queue('one', anEvent({ conversationId: 'a' }));
    await jest.advanceTimersByTimeAsync(POLL_MS);

    expect(handed()).toEqual(['a']);
  });
});
