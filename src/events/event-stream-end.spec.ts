import { Logger } from '@nestjs/common';
import { aMessageEvent } from './domain/feed-event.builder';
import { FakeEventStreaming } from './event-streaming.fake';
import { EventStream } from './event-stream';
import { FakeEventStreamWriter } from './event-stream-writer.fake';

let world: FakeEventStreaming;

beforeEach(() => {
  Logger.overrideLogger(false);
  jest.useFakeTimers();
  world = new FakeEventStreaming();
});
afterEach(async () => {
  await world.tail.onModuleDestroy();
  jest.useRealTimers();
});

describe(`${EventStream.name} and its end`, () => {
  it('sends a comment every 15 seconds, and nothing after its end', async () => {
    const { writer, begun, stream } = world.begin();
    await begun;
    await jest.advanceTimersByTimeAsync(30_000);
    expect(writer.told).toEqual(['mark 0', 'ping', 'ping']);

    stream.end('shutdown');
    await jest.advanceTimersByTimeAsync(60_000);
    await world.happens(aMessageEvent(1));

    expect(writer.told).toEqual(['mark 0', 'ping', 'ping', 'retry']);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('ends within a minute after its credential is good no longer', async () => {
    let isAllowed = true;
    const { begun, ends } = world.begin({ isAllowed: () => Promise.resolve(isAllowed) });
    await begun;
    await jest.advanceTimersByTimeAsync(60_000);
    expect(ends).toEqual([]);

    isAllowed = false;
    await jest.advanceTimersByTimeAsync(30_000);

    expect(ends).toEqual(['credential']);
  });

  it('ends when its credential cannot be looked at', async () => {
    const { begun, ends } = world.begin({ isAllowed: () => Promise.reject(new Error('broken')) });
    await begun;
    await jest.advanceTimersByTimeAsync(30_000);

    expect(ends).toEqual(['failed']);
  });

  it('ends once, and leaves nothing behind, when its client hangs up', async () => {
    world.feed.add(aMessageEvent(1));
    world.feed.hold();
    const { writer, begun, ends, stream } = world.begin({ from: 0 });
    writer.hangUp();
    stream.end('shutdown');
    world.feed.letGo();
    await begun;
    await jest.advanceTimersByTimeAsync(1_000);

    expect(ends).toEqual(['hung-up']);
    expect(writer.told).not.toContain('message 1');
    expect(jest.getTimerCount()).toBe(0);
  });

  it.each([
    ['that follows', {}],
    ['that resumes', { from: 0 }],
    ['that is reset', { start: 'reset' as const }],
    ['of a session that has ended', { conversationId: 'c', from: 0, isOver: true }],
  ])('subscribes to nothing %s when its client hung up before it began', async (_, plan) => {
    world.feed.add(aMessageEvent(1));
    const { begun, ends } = world.begin(plan, FakeEventStreamWriter.ofClientThatIsGone());
    await begun;
    const { length } = world.feed.reads;
    await jest.advanceTimersByTimeAsync(1_000);

    expect(ends).toEqual(['hung-up']);
    expect(world.feed.reads).toHaveLength(length);
    expect(jest.getTimerCount()).toBe(0);
  });
});
