import { RecordingLog } from '../../../audit/recording-log.fake';
import { FakeSharedTokenBucketStore } from '../../../common/limits/shared-token-bucket-store.fake';
import { ConnectRateLimiter } from './connect-rate-limiter';

let buckets: FakeSharedTokenBucketStore;
let passedAt: number[];

beforeEach(() => {
  jest.useFakeTimers();
  RecordingLog.install();
  buckets = new FakeSharedTokenBucketStore();
  buckets.isShared = true;
  buckets.answersInMs = 3;
  passedAt = [];
});
afterEach(() => {
  jest.useRealTimers();
});

function aPacer(): ConnectRateLimiter {
  return ConnectRateLimiter.of(buckets, { deploymentId: 'dep-1' });
}

function ask(pacer: ConnectRateLimiter, count: number): void {
  for (let asked = 0; asked < count; asked += 1)
    void pacer.acquire(new AbortController().signal).then(() => passedAt.push(performance.now()));
}

/** The most that fell into one minute, wherever it begins. */
function mostInAMinute(): number {
  return Math.max(
    ...passedAt.map((from) => passedAt.filter((at) => at >= from && at < from + 60_000).length),
  );
}

describe(`${ConnectRateLimiter.name} that replicas share`, () => {
  it('lets no more than 1,000 connections of all replicas together into any minute, and nearly as many', async () => {
    const pacers = [aPacer(), aPacer(), aPacer()];
    for (const pacer of pacers) ask(pacer, 700);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(passedAt.length).toBeGreaterThanOrEqual(300);
    await jest.advanceTimersByTimeAsync(59_000);
    expect(passedAt.length).toBeGreaterThan(900);

    await jest.advanceTimersByTimeAsync(120_000);
    expect(passedAt).toHaveLength(2_100);
    expect(mostInAMinute()).toBeLessThanOrEqual(1_000);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('knows in a process that starts what the one before it has used', async () => {
    ask(aPacer(), 300);
    await jest.advanceTimersByTimeAsync(100);
    expect(passedAt).toHaveLength(300);

    ask(aPacer(), 300);
    await jest.advanceTimersByTimeAsync(900);
    expect(passedAt.length).toBeLessThan(312);
  });

  it('is asked once for as many as a chunk holds', async () => {
    ask(aPacer(), 100);
    await jest.advanceTimersByTimeAsync(100);
    expect(buckets.takes.length).toBeLessThanOrEqual(4);
  });

  it('lets nobody pass anywhere while one replica has met a 429', async () => {
    const [one, other] = [aPacer(), aPacer()];
    one.close(7_000);
    ask(one, 1);
    ask(other, 1);
    await jest.advanceTimersByTimeAsync(6_999);
    expect(passedAt).toEqual([]);

    await jest.advanceTimersByTimeAsync(50);
    expect(passedAt).toHaveLength(2);
  });

  it('lets nobody pass while the database cannot be asked, and lets go at once of who gives up', async () => {
    const pacer = aPacer();
    buckets.isDown = true;
    const stop = new AbortController();
    const gaveUp = pacer.acquire(stop.signal).catch((error: unknown) => error);
    ask(pacer, 1);
    await jest.advanceTimersByTimeAsync(4_500);
    stop.abort(new Error('enough'));
    await expect(gaveUp).resolves.toEqual(new Error('enough'));
    expect(passedAt).toEqual([]);

    buckets.isDown = false;
    await jest.advanceTimersByTimeAsync(1_100);
    expect(passedAt).toHaveLength(1);
  });
});
