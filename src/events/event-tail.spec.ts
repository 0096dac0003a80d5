import { Logger } from '@nestjs/common';
import { StorageUnavailableError } from '../common/errors/storage-unavailable.errors';
import { aMessageEvent } from './domain/feed-event.builder';
import { FakeEventStreaming } from './event-streaming.fake';
import { EventTail, type TailListener } from './event-tail';

class RecordingListener implements TailListener {
  readonly heard: number[] = [];

  offer({ position }: { position: number }): void {
    this.heard.push(position);
  }
}

let world: FakeEventStreaming;
let listener: RecordingListener;

beforeEach(() => {
  Logger.overrideLogger(false);
  jest.useFakeTimers();
  world = new FakeEventStreaming();
  listener = new RecordingListener();
});
afterEach(async () => {
  await world.tail.onModuleDestroy();
  jest.useRealTimers();
});

describe(EventTail.name, () => {
  it('hears at once what this process has written, and within half a second what another one has', async () => {
    world.tail.subscribe(listener, 0);
    await world.happens(aMessageEvent(1));
    expect(listener.heard).toEqual([1]);

    world.feed.add(aMessageEvent(2));
    await jest.advanceTimersByTimeAsync(500);

    expect(listener.heard).toEqual([1, 2]);
  });

  it('offers every event to every listener once, over several pages', async () => {
    const other = new RecordingListener();
    world.tail.subscribe(listener, 0);
    world.tail.subscribe(other, 0);
    await world.happens(...Array.from({ length: 450 }, (_, at) => aMessageEvent(at + 1)));

    expect(listener.heard).toEqual(Array.from({ length: 450 }, (_, at) => at + 1));
    expect(other.heard).toEqual(listener.heard);
  });

  it('returns its position to a listener that subscribes', async () => {
    expect(world.tail.subscribe(listener, 4)).toBe(4);
    await world.happens(aMessageEvent(5));

    expect(world.tail.subscribe(new RecordingListener(), 4)).toBe(5);
  });

  it('does not poll without listeners, and starts again with the next one', async () => {
    world.tail.subscribe(listener, 0);
    await world.settled();
    world.tail.unsubscribe(listener);
    const before = world.feed.reads.length;
    await world.happens(aMessageEvent(1));
    await jest.advanceTimersByTimeAsync(5_000);
    expect([world.feed.reads.length - before, jest.getTimerCount()]).toEqual([0, 0]);

    expect(world.tail.subscribe(listener, 1)).toBe(1);
    await world.happens(aMessageEvent(2));

    expect(listener.heard).toEqual([2]);
  });

  it('does not go back when it is subscribed to while an earlier look is under way', async () => {
    world.feed.add(aMessageEvent(1));
    world.feed.hold();
    world.tail.subscribe(listener, 0);
    world.tail.unsubscribe(listener);
    world.feed.add(aMessageEvent(2));
    const next = new RecordingListener();
    world.tail.subscribe(next, 2);
    world.feed.letGo();
    await world.happens(aMessageEvent(3));

    expect([world.tail.position, next.heard]).toEqual([3, [1, 3]]);
  });

  it('continues after a failure without missing an event', async () => {
    world.tail.subscribe(listener, 0);
    await world.settled();
    world.feed.fails(new StorageUnavailableError());
    await world.happens(aMessageEvent(1));
    expect(listener.heard).toEqual([]);

    world.feed.works();
    await jest.advanceTimersByTimeAsync(500);

    expect(listener.heard).toEqual([1]);
  });
});
