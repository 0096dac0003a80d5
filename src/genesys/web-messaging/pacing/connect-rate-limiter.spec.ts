import { ConnectRateLimiter } from './connect-rate-limiter';

let pacer: ConnectRateLimiter;
let passedAt: number[];

beforeEach(() => {
  jest.useFakeTimers();
  pacer = new ConnectRateLimiter();
  passedAt = [];
});
afterEach(() => {
  jest.useRealTimers();
});

function ask(count: number, stop?: AbortController): void {
  for (let asked = 0; asked < count; asked += 1)
    pacer.acquire((stop ?? new AbortController()).signal).then(
      () => passedAt.push(performance.now()),
      () => undefined,
    );
}

/** The most that fell into one minute, wherever it begins. */
function mostInAMinute(): number {
  return Math.max(
    ...passedAt.map((from) => passedAt.filter((at) => at >= from && at < from + 60_000).length),
  );
}

describe(ConnectRateLimiter.name, () => {
  it('lets no more than 1,000 connections into any minute', async () => {
    ask(2_500);
    await jest.advanceTimersByTimeAsync(30_000);
    expect(passedAt).toHaveLength(1_000);

    await jest.advanceTimersByTimeAsync(180_000);
    expect(passedAt).toHaveLength(2_500);
    expect(mostInAMinute()).toBe(1_000);
  });

  it('lets nobody pass while it is closed by a 429', async () => {
    pacer.close(7_000);
    ask(2);
    await jest.advanceTimersByTimeAsync(6_999);
    expect(passedAt).toEqual([]);

    await jest.advanceTimersByTimeAsync(2);
    expect(passedAt).toHaveLength(2);
  });

  it('asks again after five minutes, however long a 429 says', async () => {
    pacer.close(1e12);
    ask(1);
    await jest.advanceTimersByTimeAsync(300_001);

    expect(passedAt).toHaveLength(1);
  });

  it('goes on with the others when one goes away', async () => {
    const stop = new AbortController();
    pacer.close(5_000);
    ask(1, stop);
    ask(1);
    await jest.advanceTimersByTimeAsync(1_000);
    stop.abort();
    await jest.advanceTimersByTimeAsync(4_001);

    expect(passedAt).toHaveLength(1);
    expect(jest.getTimerCount()).toBe(0);
  });
});
