import { RecordingLog } from '../../audit/recording-log.fake';
import { Environment } from '../../config/environment';
import { NotificationsConfig } from '../../config/notifications.config';
import { HealthChecks } from '../../health/health-checks';
import { ReadableMetrics } from '../../metrics/readable-metrics.fake';
import { parsePlatformEvent } from '../platform-events/event-envelope';
import type { ConversationEvent } from './notification-listener';
import { FakeNotificationListener } from './notification-listener.fake';
import { MAX_QUEUED, NotificationQueue } from './notification-queue';
import { aQueueEvent, untilTrue } from './notification-service.fake';
import { NotificationsTelemetry } from './notifications.telemetry';

let listener: FakeNotificationListener;
let metrics: ReadableMetrics;
let log: RecordingLog;
let queue: NotificationQueue;
let letGo: () => void;

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
  log = RecordingLog.install();
  listener = new FakeNotificationListener();
  metrics = new ReadableMetrics();
  const config = new NotificationsConfig(new Environment());
  queue = new NotificationQueue(listener, new NotificationsTelemetry(metrics, new HealthChecks(), config));
});
afterEach(() => {
  jest.useRealTimers();
});

/** The listener finishes no call before `letGo`. */
function hold(): void {
  listener.ready = new Promise((resolve) => {
    letGo = resolve;
  });
}

function anEvent(conversationId: string): ConversationEvent {
  const event = parsePlatformEvent(JSON.stringify(aQueueEvent(conversationId)), 0);
  if (event.kind === 'ignored') throw new Error(event.reason);
  return event;
}

function add(conversationId: string, receivedAt = 1_000): void {
  queue.add(anEvent(conversationId), receivedAt);
}

describe(NotificationQueue.name, () => {
  it('hands over events and gaps one after another, in their order', async () => {
    hold();
    add('c-1');
    queue.addGap(5);
    add('c-2');
    await untilTrue(() => listener.calls.length > 0);
    expect(listener.calls).toEqual(['c-1']);
    letGo();
    await untilTrue(() => listener.calls.length === 3);

    expect(listener.calls).toEqual(['c-1', 'gap since 5', 'c-2']);
  });

  it('goes on after a listener that fails, and logs and counts it', async () => {
    listener.failures.push(new Error('no database'));
    add('c-1');
    add('c-2');
    await untilTrue(() => listener.calls.length === 2);

    expect(await metrics.sample('notification_listener_failures_total')).toBe(1);
    expect(log.at('error')).toEqual([
      expect.objectContaining({ message: 'Notification listener failed', count: 1 }),
    ]);
  });

  it('drops events beyond its bound, and reports them as a gap behind the others', async () => {
    hold();
    add('first');
    await untilTrue(() => listener.calls.length === 1);
    for (let count = 0; count < MAX_QUEUED; count += 1) add('waiting', 2_000);
    add('dropped', 3_000);
    add('dropped', 4_000);
    letGo();
    await untilTrue(() => listener.gaps.length === 1);

    expect(listener.calls).toHaveLength(MAX_QUEUED + 2);
    expect(listener.calls.at(-1)).toBe('gap since 3000');
    expect(listener.calls).not.toContain('dropped');
    expect(await metrics.sample('notification_events_dropped_total')).toBe(2);
    expect(await metrics.sample('notification_gaps_total')).toBe(1);
  });

  it('hands over the first of several gaps that wait', async () => {
    hold();
    add('c-1');
    queue.addGap(7);
    queue.addGap(9);
    queue.addGap(3);
    letGo();
    await untilTrue(() => listener.calls.length === 3);

    expect(listener.calls).toEqual(['c-1', 'gap since 7', 'gap since 3']);
  });

  it('tells the time of the oldest item that is not processed', async () => {
    expect(queue.oldest).toBeUndefined();
    hold();
    add('c-1', 10);
    add('c-2', 20);
    expect(queue.oldest).toBe(10);
    queue.addGap(5);
    expect(queue.oldest).toBe(5);
    letGo();
    await untilTrue(() => queue.oldest === undefined);
  });

  it('drops all that waits when it stops, and waits two seconds at most for the listener', async () => {
    hold();
    add('c-1');
    add('c-2');
    const stopped = queue.stop();
    await jest.advanceTimersByTimeAsync(2_000);
    await stopped;
    letGo();
    add('c-3');
    await untilTrue(() => queue.oldest === undefined);

    expect(listener.calls).toEqual(['c-1']);
    expect(await metrics.sample('notification_listener_failures_total')).toBe(1);
    expect(jest.getTimerCount()).toBe(0);
  });
});
