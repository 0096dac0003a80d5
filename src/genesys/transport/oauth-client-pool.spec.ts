import { FakeSharedTokenBucketStore } from '../../common/limits/shared-token-bucket-store.fake';
import { Environment } from '../../config/environment';
import { GenesysConfig } from '../../config/genesys.config';
import { HealthChecks } from '../../health/health-checks';
import { ReadableMetrics } from '../../metrics/readable-metrics.fake';
import { OAuthClientPool } from './oauth-client-pool';

const SIGNAL = new AbortController().signal;
const CLIENTS = ['first', 'second'].map((id) => ({ id, secret: `secret-of-${id}` }));

let metrics: ReadableMetrics;
let health: HealthChecks;
let buckets: FakeSharedTokenBucketStore;
let pool: OAuthClientPool;

beforeEach(() => {
  jest.useFakeTimers();
  metrics = new ReadableMetrics();
  health = new HealthChecks();
  buckets = new FakeSharedTokenBucketStore();
  const environment = Object.assign(new Environment(), { GENESYS_CLIENTS: CLIENTS });
  pool = new OAuthClientPool(new GenesysConfig(environment), metrics, health, buckets);
});
afterEach(() => {
  jest.useRealTimers();
});

describe(OAuthClientPool.name, () => {
  it('gives every client a budget, a queue and retries of its own', () => {
    const [one, other] = [pool.get('first'), pool.get('second')];

    expect([one.id, other.id]).toEqual(['first', 'second']);
    expect(one.budget).not.toBe(other.budget);
    expect(one.queue).not.toBe(other.queue);
    expect(one.retries).not.toBe(other.retries);
    expect(pool.get('first')).toBe(one);
  });

  it.each(['', 'removed', '__proto__'])('takes the first client for the unknown id %p', (id) => {
    expect(pool.get(id)).toBe(pool.get('first'));
  });

  it('does not touch one client when another meets a 429', async () => {
    pool.get('first').queue.close(30_000);

    await expect(pool.get('first').queue.acquire('disconnect', 1_000, SIGNAL)).rejects.toMatchObject({
      retryAfterMs: 30_000,
    });
    await expect(pool.get('second').queue.acquire('disconnect', 0, SIGNAL)).resolves.toBeUndefined();
    expect(pool.clients).toMatchObject([
      { id: 'first', closedForMs: 30_000, left: 0 },
      { id: 'second', closedForMs: 0 },
    ]);
  });

  it('tells what each client can carry, before and after the platform has said so', () => {
    expect(pool.clients[1]).toMatchObject({ id: 'second', allowed: 300, used: 0, resetInMs: 0, left: 24 });
    const { beatsPerMs } = pool.clients[1] ?? { beatsPerMs: 0 };

    pool.get('second').budget.tryTake('open');
    pool.get('second').queue.release({ count: 40, allowed: 600, resetMs: 20_000 });

    expect(pool.clients[1]).toMatchObject({ allowed: 600, used: 40, resetInMs: 20_000 });
    expect(pool.clients[1]?.beatsPerMs).toBeCloseTo(beatsPerMs * 2);
    expect(pool.clients[0]).toMatchObject({ allowed: 300, used: 0 });
  });

  it('shows what is left, what is closed and what waits, all clients together', async () => {
    expect(await metrics.sample('upstream_budget_remaining')).toBe(48);

    while (pool.get('first').budget.tryTake('disconnect') === 0);
    void pool.get('first').queue.acquire('disconnect', 1_000, SIGNAL);
    pool.get('second').queue.close(30_000);

    expect(await metrics.sample('upstream_budget_remaining')).toBeLessThan(1);
    expect(await metrics.sample('upstream_clients_closed')).toBe(1);
    expect(await metrics.sample('upstream_queue_length')).toBe(1);
  });

  it('remembers for thirty seconds that the login refused a client, unless it is accepted before', async () => {
    const refused = (): boolean[] => pool.clients.map(({ isRefused }) => isRefused);
    pool.get('first').refused();
    expect(refused()).toEqual([true, false]);
    pool.get('first').accepted();
    expect(refused()).toEqual([false, false]);

    pool.get('second').refused();
    await jest.advanceTimersByTimeAsync(29_999);
    expect(refused()).toEqual([false, true]);
    await jest.advanceTimersByTimeAsync(1);
    expect(refused()).toEqual([false, false]);
  });

  it('tells people how each client is doing', () => {
    const note = (): unknown => health.notes.map(([name, detail]) => [name, detail()]);
    expect(note()).toEqual([['genesys-clients', { first: 'untried', second: 'untried' }]]);

    pool.get('first').unanswered();
    pool.get('second').accepted();
    expect(note()).toEqual([['genesys-clients', { first: 'unreachable', second: 'ok' }]]);

    pool.get('first').refused();
    jest.advanceTimersByTime(60_000);
    pool.get('second').queue.close(1_000);
    expect(note()).toEqual([['genesys-clients', { first: 'refused', second: 'closed' }]]);
  });

  it('cannot be without a client', () => {
    const environment = Object.assign(new Environment(), { GENESYS_CLIENTS: [] });

    expect(() => new OAuthClientPool(new GenesysConfig(environment), metrics, health, buckets)).toThrow(
      'no OAuth client',
    );
  });
});
