import { Logger } from '@nestjs/common';
import { StorageUnavailableError } from '../common/errors/storage-unavailable.errors';
import { aMessageEvent, aStateEvent } from './domain/feed-event.builder';
import { FakeEventStreaming } from './event-streaming.fake';
import { EventStream } from './event-stream';

const THIS = { conversationId: 'c' };
const OTHER = { conversationId: 'other', owner: 'support' };
const KB = 1024;

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

/** The positions from which streams have read; the tail reads without a filter. */
function readsOfStreams(): number[] {
  return world.feed.reads.flatMap(({ position, filter }) => (filter === undefined ? [] : [position]));
}

describe(EventStream.name, () => {
  describe('that begins now', () => {
    it('sends its position, and the events from then on', async () => {
      world.feed.add(aMessageEvent(1), aMessageEvent(2));
      const { writer, begun } = world.begin();
      await begun;
      await world.happens(aStateEvent(3, 'active'), aMessageEvent(4));

      expect(writer.told).toEqual(['mark 2', 'session.active 3', 'message 4']);
      expect(writer.written).toContain(
        '\nevent: session.active\ndata: {"conversationId":"c","at":"2027-01-15T08:00:00.000Z",' +
          '"session":{"state":"active","version":3}}\n\n',
      );
    });

    it('sends only the events of its conversation, or of its owner', async () => {
      const [one, owned, all] = [world.begin(THIS), world.begin({ owner: 'support' }), world.begin()];
      await Promise.all([one.begun, owned.begun, all.begun]);
      await world.happens(aMessageEvent(1), aMessageEvent(2, OTHER), aMessageEvent(3, { owner: 'support' }));

      expect(one.writer.told).toEqual(['mark 0', 'message 1', 'message 3']);
      expect(owned.writer.told).toEqual(['mark 0', 'message 2', 'message 3']);
      expect(all.writer.told).toEqual(['mark 0', 'message 1', 'message 2', 'message 3']);
    });

    it('sends only the types of its filter', async () => {
      const { writer, begun, stream } = world.begin({ types: ['session', 'connection'] });
      await begun;
      await world.happens(aMessageEvent(1), aStateEvent(2, 'active'));
      const passing = { conversationId: 'c', owner: 'billing', at: 0 };
      stream.pass({ ...passing, kind: 'typing', body: { isOn: true } });
      stream.pass({ ...passing, kind: 'connection', body: 'reconnecting' });

      expect(writer.told).toEqual(['mark 0', 'session.active 2', 'connection']);
      expect(writer.written).toContain('"connection":"reconnecting"}\n\n');
    });

    it('says that events may be missing when the client asked for more than there is', async () => {
      world.feed.add(aMessageEvent(7));
      const { writer, begun } = world.begin({ start: 'reset' });
      await begun;
      await world.happens(aMessageEvent(8));

      expect(writer.told).toEqual(['reset 7', 'message 8']);
    });
  });

  describe('that resumes after the last event of its client', () => {
    it('sends all later events, and those that happen meanwhile, each once and in order', async () => {
      world.feed.add(...Array.from({ length: 250 }, (_, at) => aMessageEvent(at + 1)));
      world.feed.hold();
      const { writer, begun } = world.begin({ from: 1 });
      await world.happens(aMessageEvent(251));
      world.feed.letGo();
      await begun;
      await world.happens(aMessageEvent(252));

      const expected = Array.from({ length: 251 }, (_, at) => `message ${at + 2}`);
      expect(writer.told).toEqual(['mark 1', ...expected.slice(0, -1), 'mark 251', 'message 252']);
      expect(readsOfStreams()).toEqual([1, 101, 201]);
    });

    it('misses nothing that the tail has passed before it came', async () => {
      const first = world.begin();
      await first.begun;
      await world.happens(aMessageEvent(1), aMessageEvent(2), aMessageEvent(3));
      const { writer, begun } = world.begin({ from: 1, latest: 1 });
      await begun;
      await world.happens(aMessageEvent(4));

      expect(writer.told).toEqual(['mark 1', 'message 2', 'message 3', 'mark 3', 'message 4']);
    });

    it('hears nothing twice that the tail has still to read', async () => {
      const first = world.begin();
      await first.begun;
      world.feed.add(aMessageEvent(1), aMessageEvent(2));
      const { writer, begun } = world.begin({ from: 0 });
      await begun;
      await world.happens(aMessageEvent(3));

      expect(writer.told).toEqual(['mark 0', 'mark 0', 'message 1', 'message 2', 'message 3']);
      expect(first.writer.told).toEqual(['mark 0', 'message 1', 'message 2', 'message 3']);
    });

    it('reads again what it could not hold while it caught up', async () => {
      world.feed.add(aMessageEvent(1), aMessageEvent(2));
      const { writer, begun } = world.begin({ from: 1 });
      writer.stopReading();
      writer.waitingBytes = 65 * KB;
      await world.happens(...Array.from({ length: 1_500 }, (_, at) => aMessageEvent(at + 3)));
      writer.readAgain();
      await begun;

      const expected = Array.from({ length: 1_501 }, (_, at) => `message ${at + 2}`);
      expect(writer.told).toEqual(['mark 1', ...expected, 'mark 1502']);
      expect(Math.max(...readsOfStreams())).toBeGreaterThan(100);
    });

    it('shows with its frames nothing of what is of no concern to its client, but spares it the next time', async () => {
      world.feed.add(aMessageEvent(1));
      const quiet = world.begin({ ...THIS, from: 1 });
      await quiet.begun;
      quiet.stream.end('shutdown');
      world.feed.add(aMessageEvent(2, OTHER));
      const { writer, begun } = world.begin({ ...THIS, from: 1 });
      await begun;

      expect(quiet.writer.told).toEqual(['mark 1', 'mark 1', 'retry']);
      expect(writer.told).toEqual(['mark 1', 'mark 2']);
    });

    it('gives no id twice, so that ids do not tell whether anything has happened', async () => {
      const streams = [world.begin(), world.begin({ from: 0 })];
      await Promise.all(streams.map(({ begun }) => begun));
      await world.happens(aMessageEvent(1));
      const ids = streams
        .flatMap(({ writer }) => [...writer.written.matchAll(/^id: (.+)$/gm)])
        .map(([, id]) => id);

      expect(ids).toHaveLength(5);
      expect(new Set(ids).size).toBe(5);
    });

    it('ends when events cannot be read, and says when to come back', async () => {
      world.feed.add(aMessageEvent(1));
      world.feed.fails(new StorageUnavailableError());
      const { writer, begun, ends } = world.begin({ from: 0 });
      await begun;

      expect([ends, writer.state, writer.told]).toEqual([['failed'], 'ended', ['mark 0', 'retry']]);
    });
  });

  describe('of one session', () => {
    it('ends after the last change of state, also when its filter excludes that', async () => {
      const [told, untold] = [world.begin(THIS), world.begin({ ...THIS, types: ['message'] })];
      await Promise.all([told.begun, untold.begun]);
      await world.happens(aStateEvent(1, 'terminating'), aStateEvent(2, 'terminated'));

      expect([told.ends, untold.ends]).toEqual([['over'], ['over']]);
      expect(told.writer.told.slice(0, 3)).toEqual([
        'mark 0',
        'session.terminating 1',
        'session.terminated 2',
      ]);
      expect(untold.writer.told).toEqual(['mark 0', 'mark 2']);
      expect(told.writer.state).toBe('ended');
    });

    it('sends all events of an ended session, late ones as well, and ends', async () => {
      world.feed.add(
        aMessageEvent(1),
        aStateEvent(2, 'disconnected'),
        aMessageEvent(3),
        aMessageEvent(4, OTHER),
      );
      const { writer, begun, ends } = world.begin({ ...THIS, from: 0, isOver: true });
      await begun;

      expect(writer.told).toEqual(['mark 0', 'message 1', 'session.disconnected 2', 'message 3', 'mark 4']);
      expect(ends).toEqual(['over']);
    });

    it('continues after the end of one session when it is a stream of all', async () => {
      const { writer, begun, ends } = world.begin();
      await begun;
      await world.happens(aStateEvent(1, 'terminated'), aMessageEvent(2, OTHER));

      expect([ends, writer.told.at(-1)]).toEqual([[], 'message 2']);
    });
  });

  describe('to a client that does not read', () => {
    it('is let go at 256 kB', async () => {
      const { writer, begun, ends } = world.begin();
      await begun;
      writer.stopReading();
      const large = 'x'.repeat(100 * KB);
      await world.happens(aMessageEvent(1, {}, large), aMessageEvent(2, {}, large));
      expect(ends).toEqual([]);
      await world.happens(aMessageEvent(3, {}, large), aMessageEvent(4, {}, large));

      expect([ends, writer.state]).toEqual([['slow-reader'], 'destroyed']);
      expect(writer.told.slice(0, 4)).toEqual(['mark 0', 'message 1', 'message 2', 'message 3']);
      expect(writer.told).not.toContain('message 4');
    });

    it('waits for it while it catches up, but not for ever', async () => {
      const large = 'x'.repeat(50 * KB);
      world.feed.add(...Array.from({ length: 20 }, (_, at) => aMessageEvent(at + 1, {}, large)));
      const { writer, begun, ends } = world.begin({ from: 0 });
      writer.stopReading();
      await world.settled();
      expect(writer.told.at(-1)).toBe('message 2');
      writer.readAgain();
      writer.stopReading();
      await world.settled();
      expect(writer.told.at(-1)).toBe('message 4');

      await jest.advanceTimersByTimeAsync(30_000);
      await begun;

      expect([ends, writer.state]).toEqual([['slow-reader'], 'destroyed']);
    });
  });

  it('sends no ephemeral event before it is live', async () => {
    world.feed.add(aMessageEvent(1));
    world.feed.hold();
    const { writer, begun, stream } = world.begin({ from: 0 });
    const typing = { kind: 'typing', body: { isOn: true }, conversationId: 'c', owner: '', at: 0 } as const;
    stream.pass(typing);
    world.feed.letGo();
    await begun;
    stream.pass(typing);

    expect(writer.told).toEqual(['mark 0', 'message 1', 'mark 1', 'typing']);
  });
});
