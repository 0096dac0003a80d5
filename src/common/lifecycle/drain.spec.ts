import { Drain } from './drain';
import { ShuttingDownError } from './shutting-down.errors';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe(Drain.name, () => {
  it('lets everything pass before it begins', () => {
    const drain = new Drain();

    expect(() => {
      drain.assertOpen();
    }).not.toThrow();
    expect([drain.hasBegun, drain.signal.aborted]).toEqual([false, false]);
  });

  it('starts nothing new from its beginning on, and lets what is in flight go on', () => {
    const drain = new Drain();
    drain.begin();

    expect(() => {
      drain.assertOpen();
    }).toThrow(ShuttingDownError);
    expect([drain.hasBegun, drain.signal.aborted]).toEqual([true, false]);
  });

  it('tells its beginning once, and has begun by then', () => {
    const drain = new Drain();
    const told: boolean[] = [];
    drain.onBegin(() => told.push(drain.hasBegun));

    drain.begin();
    drain.begin();

    expect(told).toEqual([true]);
  });

  it('tells its beginning to listeners that come after it too', () => {
    const drain = new Drain();
    const told: string[] = [];
    drain.begin();
    drain.onAnnounced(() => told.push('announced'));
    drain.onBegin(() => told.push('begun'));

    expect(told).toEqual(['announced', 'begun']);
  });

  it('announces itself once, while everything still passes', () => {
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

  it('aborts what is left when the grace period is over, and says why', () => {
    const drain = new Drain();
    drain.begin();

    jest.advanceTimersByTime(Drain.GRACE_MS - 1);
    expect(drain.signal.aborted).toBe(false);
    jest.advanceTimersByTime(1);
    expect(drain.signal.reason).toBeInstanceOf(ShuttingDownError);
  });

  it('gives no second grace period to who begins twice', () => {
    const drain = new Drain();
    drain.begin();
    jest.advanceTimersByTime(Drain.GRACE_MS - 1);

    drain.begin();
    jest.advanceTimersByTime(1);

    expect([drain.signal.aborted, jest.getTimerCount()]).toEqual([true, 0]);
  });

  it('tells callers to come back', () => {
    expect(new ShuttingDownError()).toMatchObject({
      code: 'shutting-down',
      kind: 'unavailable',
      retryAfterMs: 2_000,
    });
  });
});
