import { Drain } from './drain';
import { ShuttingDownError } from './shutting-down.errors';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe(Drain.name, () => {
  it('accepts all work before it begins', () => {
    const drain = new Drain();

    expect(() => {
      drain.assertOpen();
    }).not.toThrow();
    expect([drain.hasBegun, drain.signal.aborted]).toEqual([false, false]);
  });

  it('refuses new work from its beginning on, and lets work in flight continue', () => {
    const drain = new Drain();
    drain.begin();

    expect(() => {
      drain.assertOpen();
    }).toThrow(ShuttingDownError);
    expect([drain.hasBegun, drain.signal.aborted]).toEqual([true, false]);
  });

  it('calls its listeners once, after it has begun', () => {
    const drain = new Drain();
    const told: boolean[] = [];
    drain.onBegin(() => told.push(drain.hasBegun));

    drain.begin();
    drain.begin();

    expect(told).toEqual([true]);
  });

  it('calls listeners that are added after its beginning too', () => {
    const drain = new Drain();
    const told: string[] = [];
    drain.begin();
    drain.onAnnounced(() => told.push('announced'));
    drain.onBegin(() => told.push('begun'));

    expect(told).toEqual(['announced', 'begun']);
  });

  it('is announced once, while all work is still accepted', () => {
    const drain = new Drain();
    const heard: boolean[] = [];
    drain.onAnnounced(() => heard.push(drain.isAnnounced));
    drain.announce();

    expect([drain.isAnnounced, drain.hasBegun, jest.getTimerCount()]).toEqual([true, false, 0]);
    expect(() => {
      drain.assertOpen();
    }).not.toThrow();
    drain.begin();
    expect(heard).toEqual([true]);
  });

  it('is announced by its beginning at the latest', () => {
    const drain = new Drain();
    drain.begin();

    expect(drain.isAnnounced).toBe(true);
  });

  it('aborts the remaining work after the grace period, with a reason', () => {
    const drain = new Drain();
    drain.begin();

    jest.advanceTimersByTime(Drain.GRACE_MS - 1);
    expect(drain.signal.aborted).toBe(false);
    jest.advanceTimersByTime(1);
    expect(drain.signal.reason).toBeInstanceOf(ShuttingDownError);
  });

  it('has no second grace period when begun twice', () => {
    const drain = new Drain();
    drain.begin();
    jest.advanceTimersByTime(Drain.GRACE_MS - 1);

    drain.begin();
    jest.advanceTimersByTime(1);

    expect([drain.signal.aborted, jest.getTimerCount()]).toEqual([true, 0]);
  });

  it('tells callers to retry', () => {
    expect(new ShuttingDownError()).toMatchObject({
      code: 'shutting-down',
      kind: 'unavailable',
      retryAfterMs: 2_000,
    });
  });
});
