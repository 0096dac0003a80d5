import { RecordingLog } from '../audit/recording-log.fake';
import { StorageUnavailableError } from '../common/errors/storage-unavailable.errors';
import { aConnectionState, aTyping } from './domain/ephemeral-event.builder';
import type { EphemeralEvent } from './domain/stream-event';
import { FakeEventStreaming } from './event-streaming.fake';
import { type EphemeralEventListener, EphemeralEventSubscriber } from './ephemeral-event-subscriber';
import type { FakeEphemeralEventBus } from './ports/ephemeral-event-bus.fake';

class RecordingListener implements EphemeralEventListener {
  readonly heard: EphemeralEvent[] = [];

  pass(event: EphemeralEvent): void {
    this.heard.push(event);
  }
}

let log: RecordingLog;
let world: FakeEventStreaming;
let other: FakeEphemeralEventBus;
let tail: EphemeralEventSubscriber;
let listener: RecordingListener;

beforeEach(() => {
  jest.useFakeTimers();
  log = RecordingLog.install();
  world = new FakeEventStreaming();
  world.lease.isShared = true;
  other = world.bus.beside();
  tail = world.subscriber;
  listener = new RecordingListener();
});
afterEach(async () => {
  await tail.onModuleDestroy();
  jest.useRealTimers();
});

const pass = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);

describe(EphemeralEventSubscriber.name, () => {
  it('passes the events of other replicas to each listener once, within half a second, and none of its own', async () => {
    const next = new RecordingListener();
    tail.subscribe(listener);
    tail.subscribe(next);
    await world.bus.publish([aTyping(1)]);
    await other.publish([aTyping(2), aConnectionState('reconnecting')]);
    await pass(500);
    await other.publish([aConnectionState('live')]);
    await pass(5_000);

    expect(listener.heard).toEqual([aTyping(2), aConnectionState('reconnecting'), aConnectionState('live')]);
    expect(next.heard).toEqual(listener.heard);
  });

  it('passes all events of several replicas, over several pages, each in its order', async () => {
    const third = world.bus.beside();
    tail.subscribe(listener);
    for (let count = 1; count <= 120; count += 1) {
      await other.publish([aTyping(count)]);
      await third.publish([aTyping(1_000 + count)]);
    }
    await pass(500);

    const heard = listener.heard.map(({ body }) => (body as { durationMs: number }).durationMs);
    const expected = Array.from({ length: 120 }, (_, at) => at + 1);
    expect(heard.filter((count) => count <= 1_000)).toEqual(expected);
    expect(heard.filter((count) => count > 1_000)).toEqual(expected.map((count) => 1_000 + count));
  });

  it('passes nothing from before the first listener subscribed', async () => {
    await other.publish([aTyping(1)]);
    await pass(100);
    tail.subscribe(listener);
    await other.publish([aTyping(2)]);
    await pass(500);

    expect(listener.heard).toEqual([aTyping(2)]);
  });

  it('does not poll without listeners, and passes nothing of that time afterwards', async () => {
    tail.subscribe(listener);
    await pass(500);
    tail.unsubscribe(listener);
    const before = other.reads + world.bus.reads;
    await other.publish([aTyping(1)]);
    await pass(2_000);
    expect([other.reads + world.bus.reads - before, jest.getTimerCount()]).toEqual([0, 0]);

    tail.subscribe(listener);
    await other.publish([aTyping(2)]);
    await pass(500);

    expect(listener.heard).toEqual([aTyping(2)]);
  });

  it('keeps a position for as long as its batches can be read, and those of live replicas', async () => {
    tail.subscribe(listener);
    for (let minute = 1; minute <= 3; minute += 1) {
      await other.publish([aTyping(minute)]);
      await pass(60_000);
    }

    expect(listener.heard).toEqual([aTyping(1), aTyping(2), aTyping(3)]);
  });

  it('continues after a failure with the batches that can still be read, and throttles its log lines', async () => {
    tail.subscribe(listener);
    await pass(500);
    world.bus.fails(new StorageUnavailableError());
    await other.publish([aTyping(1)]);
    await pass(8_000);
    await other.publish([aTyping(2)]);
    await pass(4_000);
    expect(listener.heard).toEqual([]);

    world.bus.works();
    await pass(500);

    expect(listener.heard).toEqual([aTyping(2)]);
    expect(log.at('warn')).toHaveLength(1);
  });

  it('looks at nothing where nothing is shared', async () => {
    world.lease.isShared = false;
    tail.subscribe(listener);
    await pass(5_000);

    expect([world.bus.reads, jest.getTimerCount()]).toEqual([0, 0]);
  });
});
