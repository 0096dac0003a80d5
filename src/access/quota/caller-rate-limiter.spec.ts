import { FakeSharedTokenBucketStore } from '../../common/limits/shared-token-bucket-store.fake';
import { AccessConfig } from '../../config/access.config';
import { Environment } from '../../config/environment';
import { Caller } from '../domain/caller';
import type { Quota } from '../domain/quota';
import { CallerRateLimiter } from './caller-rate-limiter';

const SCOPES = new Set(['sessions.read'] as const);
const billing = new Caller('billing', SCOPES);
const support = new Caller('support', SCOPES);

let quotas: CallerRateLimiter;
beforeEach(() => {
  jest.useFakeTimers();
  const environment = Object.assign(new Environment(), { CALLER_REQUESTS_PER_MINUTE: 30 });
  quotas = new CallerRateLimiter(new AccessConfig(environment), new FakeSharedTokenBucketStore());
});
afterEach(() => {
  jest.useRealTimers();
});

async function grantedAtOnce(count: number, caller: Caller): Promise<number> {
  const asked = Array.from({ length: count }, () => quotas.take(caller));
  return (await Promise.all(asked)).filter(({ isExceeded }) => !isExceeded).length;
}

describe(CallerRateLimiter.name, () => {
  it('grants of many requests at once exactly as many as there are', async () => {
    expect(await grantedAtOnce(100, billing)).toBe(30);
    expect(await grantedAtOnce(100, billing)).toBe(0);
    jest.advanceTimersByTime(10_000);
    expect(await grantedAtOnce(100, billing)).toBe(5);
  });

  it('keeps callers apart', async () => {
    await grantedAtOnce(100, billing);

    expect(await quotas.take(support)).toEqual<Quota>({
      perMinute: 30,
      isExceeded: false,
      left: 29,
      moreInMs: 2_000,
    });
  });

  it('is shared by all keys of a name', async () => {
    await grantedAtOnce(100, billing);

    expect(await grantedAtOnce(1, new Caller('billing', new Set(['sessions.end'])))).toBe(0);
  });

  it('uses the limit of the caller, if it has one', async () => {
    expect(await grantedAtOnce(100, new Caller('batch', SCOPES, 'batch', { requestsPerMinute: 50 }))).toBe(
      50,
    );
    expect(await grantedAtOnce(100, new Caller('probe', SCOPES, 'probe', { requestsPerMinute: 2 }))).toBe(2);
  });

  it('keeps the count of one among very many callers', async () => {
    await grantedAtOnce(100, billing);
    for (let other = 0; other < 9_000; other += 1) await quotas.take(new Caller(`other-${other}`, SCOPES));

    expect(await grantedAtOnce(1, billing)).toBe(0);
  });

  it('holds no timer', async () => {
    await grantedAtOnce(100, billing);

    expect(jest.getTimerCount()).toBe(0);
  });
});
