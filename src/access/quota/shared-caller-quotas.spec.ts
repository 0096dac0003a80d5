import { RecordingLog } from '../../audit/recording-log.fake';
import { FakeSharedTokenBucketStore } from '../../common/limits/shared-token-bucket-store.fake';
import { AccessConfig } from '../../config/access.config';
import { Environment } from '../../config/environment';
import { Caller } from '../domain/caller';
import { CallerRateLimiter } from './caller-rate-limiter';

const SCOPES = new Set(['sessions.read'] as const);
const billing = new Caller('billing', SCOPES);
const support = new Caller('support', SCOPES);

let buckets: FakeSharedTokenBucketStore;
let one: CallerRateLimiter;
let other: CallerRateLimiter;

beforeEach(() => {
  jest.useFakeTimers();
  RecordingLog.install();
  buckets = new FakeSharedTokenBucketStore();
  buckets.isShared = true;
  one = aReplica();
  other = aReplica();
});
afterEach(() => {
  jest.useRealTimers();
});

function aReplica(): CallerRateLimiter {
  const environment = Object.assign(new Environment(), { CALLER_REQUESTS_PER_MINUTE: 60 });
  return new CallerRateLimiter(new AccessConfig(environment), buckets);
}

async function granted(quotas: CallerRateLimiter, count: number, caller = billing): Promise<number> {
  const asked = Array.from({ length: count }, () => quotas.take(caller));
  return (await Promise.all(asked)).filter(({ isExceeded }) => !isExceeded).length;
}

describe(`${CallerRateLimiter.name} that replicas share`, () => {
  it('grants of many requests at once, at several replicas, exactly as many as there are', async () => {
    const both = await Promise.all([granted(one, 70), granted(other, 70)]);
    expect(both[0] + both[1]).toBe(60);
    expect(await granted(one, 5)).toBe(0);

    jest.advanceTimersByTime(10_000);
    expect(await granted(other, 100)).toBe(10);
    expect(await granted(one, 100)).toBe(0);
  });

  it('returns the remaining quota, and when there is more', async () => {
    expect(await one.take(billing)).toEqual({
      perMinute: 60,
      isExceeded: false,
      left: 59,
      moreInMs: 1_000,
    });
    await granted(other, 59);
    expect(await one.take(billing)).toMatchObject({ isExceeded: true, left: 0 });
  });

  it('serves a caller that waits as long as told', async () => {
    await granted(one, 60);
    const { moreInMs } = await one.take(billing);
    jest.advanceTimersByTime(moreInMs);
    expect(await other.take(billing)).toMatchObject({ isExceeded: false });
  });

  it('does not query the database for a caller that it has just refused', async () => {
    await granted(one, 61);
    const asked = buckets.takes.length;
    await granted(one, 500);
    expect(buckets.takes).toHaveLength(asked);
  });

  it('shares one query among requests that arrive during it', async () => {
    buckets.answersInMs = 5;
    const all = granted(one, 50);
    await jest.advanceTimersByTimeAsync(50);
    expect(await all).toBe(50);
    expect(buckets.takes).toHaveLength(2);
  });

  it('keeps callers apart', async () => {
    await granted(one, 60);
    expect(await granted(one, 1, support)).toBe(1);
  });

  it('gives a caller with keys of different limits one quota, not two', async () => {
    await granted(one, 30);
    expect(
      await granted(other, 100, new Caller('billing', SCOPES, 'billing', { requestsPerMinute: 10 })),
    ).toBe(5);
    expect(await granted(other, 100)).toBe(0);
  });

  it('counts locally while the database does not answer, and shares the count once it does', async () => {
    await granted(one, 60);
    jest.advanceTimersByTime(1_100);
    buckets.isDown = true;
    expect(await granted(one, 100)).toBe(60);

    buckets.isDown = false;
    jest.advanceTimersByTime(1_100);
    expect(await granted(one, 100)).toBe(2);
  });

  it('lets no request wait for a database that hangs', async () => {
    buckets.answersInMs = 60_000;
    const quota = one.take(billing);
    await jest.advanceTimersByTimeAsync(250);
    await expect(quota).resolves.toMatchObject({ isExceeded: false });
  });
});
