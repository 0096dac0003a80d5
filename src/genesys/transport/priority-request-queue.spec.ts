import { UpstreamThrottledError } from '../../common/errors/upstream.errors';
import { PriorityRequestQueue } from './priority-request-queue';
import type { Priority } from './priority';
import { RateBudget } from './rate-budget';

const never = (): AbortSignal => new AbortController().signal;

describe(PriorityRequestQueue.name, () => {
  let budget: RateBudget;
  let queue: PriorityRequestQueue;

  beforeEach(() => {
    jest.useFakeTimers();
    budget = RateBudget.local(60, 60_000, Date.now);
    queue = new PriorityRequestQueue(budget);
    while (budget.tryTake('disconnect') === 0);
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  function pass(priority: Priority, patienceMs = 60_000, signal = never()): { outcome: () => unknown } {
    let outcome: unknown = 'waiting';
    queue.acquire(priority, patienceMs, signal).then(
      () => (outcome = 'passed'),
      (error: unknown) => (outcome = error),
    );
    return { outcome: () => outcome };
  }

  it('admits the most urgent first, and among equals the one that asked first', async () => {
    const admitted: string[] = [];
    const ask = (name: string, priority: Priority): void => {
      void queue.acquire(priority, 60_000, never()).then(() => admitted.push(name));
    };
    ask('beat 1', 'beat');
    ask('beat 2', 'beat');
    ask('open', 'open');
    ask('end', 'disconnect');
    await jest.advanceTimersByTimeAsync(20_000);
    expect(admitted).toEqual(['end', 'open', 'beat 1', 'beat 2']);
  });

  it('lets a burst of openings overtake beats only for a while, and then both take turns', async () => {
    const admitted: Priority[] = [];
    const ask = (priority: Priority): void => {
      void queue.acquire(priority, 300_000, never()).then(() => admitted.push(priority));
    };
    for (let count = 0; count < 7; count += 1) ask('beat');
    for (let count = 0; count < 13; count += 1) ask('open');
    await jest.advanceTimersByTimeAsync(40_000);
    const overtaking = Array.from({ length: 10 }, () => 'open');
    const turns = ['beat', 'open', 'beat', 'beat', 'open', 'beat', 'beat', 'open'];
    expect(admitted).toEqual([...overtaking, ...turns, 'beat', 'beat']);
  });

  it('does not let openings that come one by one starve a beat', async () => {
    const beat = pass('beat');
    const openings = setInterval(() => {
      pass('open');
    }, 900);
    await jest.advanceTimersByTimeAsync(20_000);
    clearInterval(openings);
    expect(beat.outcome()).toBe('passed');
  });

  it('tells at once who cannot be admitted in time, with the honest wait', async () => {
    budget.close(30_000);
    const waiter = pass('open', 5_000);
    await jest.advanceTimersByTimeAsync(0);
    expect(waiter.outcome()).toBeInstanceOf(UpstreamThrottledError);
    expect((waiter.outcome() as UpstreamThrottledError).retryAfterMs).toBe(30_000);
  });

  it('refuses a beat at once while the client is closed: it comes again by itself', async () => {
    budget.close(3_000);
    const [beat, opening] = [pass('beat', 120_000), pass('open', 120_000)];
    await jest.advanceTimersByTimeAsync(0);
    expect(beat.outcome()).toMatchObject({ retryAfterMs: 3_000 });
    expect(opening.outcome()).toBe('waiting');
  });

  it('gives up on whoever was overtaken for too long', async () => {
    const waiter = pass('beat', 6_000);
    const overtake = setInterval(() => {
      pass('disconnect');
    }, 500);
    await jest.advanceTimersByTimeAsync(6_000);
    clearInterval(overtake);
    expect(waiter.outcome()).toBeInstanceOf(UpstreamThrottledError);
    await jest.advanceTimersByTimeAsync(60_000);
    expect(queue.waiting).toBe(0);
  });

  it('lets go of whoever leaves, and does not spend budget on it', async () => {
    const abort = new AbortController();
    const leaver = pass('open', 60_000, abort.signal);
    const stayer = pass('open');
    abort.abort(new Error('left'));
    await jest.advanceTimersByTimeAsync(1_100);
    expect(leaver.outcome()).toEqual(new Error('left'));
    expect(stayer.outcome()).toBe('passed');
  });

  it('leaves no timer behind', async () => {
    pass('open');
    await jest.advanceTimersByTimeAsync(10_000);
    expect(jest.getTimerCount()).toBe(0);
  });
});
