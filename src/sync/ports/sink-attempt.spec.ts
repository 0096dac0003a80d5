import { anEvent } from '../domain/delivery.builder';
import { DeliveryFailedError } from '../domain/delivery.errors';
import type { EventSink } from './event-sink';
import { FakeEventSink } from './event-sink.fake';
import { never, takes } from '../sink-answers.fake';
import { attemptWith } from './sink-attempt';

type Outcome = Awaited<ReturnType<typeof attemptWith>>;

let sink: FakeEventSink;
let parent: AbortController;
let outcome: Outcome | 'open';

beforeEach(() => {
  jest.useFakeTimers();
  sink = new FakeEventSink();
  parent = new AbortController();
  outcome = 'open';
});
afterEach(() => {
  jest.useRealTimers();
});

function begin(target: EventSink = sink): void {
  void attemptWith(target, anEvent(), parent.signal, () => undefined).then((value) => {
    outcome = value;
  });
}

describe(attemptWith.name, () => {
  it('hands over the event and is over when it is accepted', async () => {
    sink.next(takes(40));
    begin();

    await jest.advanceTimersByTimeAsync(39);
    expect(outcome).toBe('open');
    await jest.advanceTimersByTimeAsync(1);

    expect(outcome).toBeUndefined();
    expect(sink.sequencesOf('a')).toEqual([1]);
    expect(sink.handed[0]?.signal.aborted).toBe(false);
    expect(jest.getTimerCount()).toBe(0);
  });

  it.each([
    ['an error', new Error('No')],
    ['nothing at all', undefined],
  ])('resolves with what the sink throws, even %s', async (_, error) => {
    sink.next(jest.fn().mockRejectedValue(error));
    begin();
    await jest.advanceTimersByTimeAsync(0);

    expect(outcome).toEqual({ error });
    expect(jest.getTimerCount()).toBe(0);
  });

  it('resolves also when the sink throws before it returns a promise', async () => {
    const error = new TypeError('At once');
    const deliver = (): never => {
      throw error;
    };
    begin({ name: 'hasty', deliver });
    await jest.advanceTimersByTimeAsync(0);

    expect(outcome).toEqual({ error });
  });

  it('waits for fifteen seconds, then tells the sink and waits no longer', async () => {
    sink.next(never);
    begin();

    await jest.advanceTimersByTimeAsync(14_999);
    expect(outcome).toBe('open');
    await jest.advanceTimersByTimeAsync(1);

    expect(outcome).toEqual({ error: new DeliveryFailedError('no answer in time') });
    expect(sink.handed[0]?.signal.aborted).toBe(true);
  });

  it('takes no notice of what the sink does after that', async () => {
    sink.next(async () => {
      await takes(20_000)();
      throw new Error('Too late');
    });
    begin();
    await jest.advanceTimersByTimeAsync(30_000);

    expect(outcome).toEqual({ error: new DeliveryFailedError('no answer in time') });
  });

  it('ends as soon as its parent does', async () => {
    sink.next(never);
    begin();
    await jest.advanceTimersByTimeAsync(10);

    parent.abort();
    await jest.advanceTimersByTimeAsync(0);

    expect(outcome).toEqual({ error: parent.signal.reason });
    expect(sink.handed[0]?.signal.aborted).toBe(true);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('does not wait for a sink whose parent has ended before', async () => {
    parent.abort();
    sink.next(never);
    begin();
    await jest.advanceTimersByTimeAsync(0);

    expect(outcome).toEqual({ error: parent.signal.reason });
  });

  it('lets go of its parent when it is over', async () => {
    begin();
    await jest.advanceTimersByTimeAsync(0);

    parent.abort();
    await jest.advanceTimersByTimeAsync(0);

    expect(sink.handed[0]?.signal.aborted).toBe(false);
  });
});
