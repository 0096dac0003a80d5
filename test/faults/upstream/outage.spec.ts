import { World } from '../../../src/world';
import { ApiClient } from '../../support/api-client';
import {
  beatsSince,
  countIn,
  kindOf,
  openWithRetries,
  pause,
  retryAfterSeconds,
} from '../../support/compressed-time';
import { LogCapture } from '../../support/log-capture';
import { until } from '../../support/until';

const RECOVERY_MS = 1_500;
const FAILED_LOGINS = 5;

describe('an unavailable login', () => {
  it('ends no session, gets no requests after a few failures, and is used again once it is available', async () => {
    const SESSIONS = 30;
    const logOutput = new LogCapture();
    await using world = await World.start({
      environment: {
        HEARTBEAT_MAX_INTERVAL_MS: '1000',
        UPSTREAM_BREAKER_RECOVERY_MS: String(RECOVERY_MS),
        LOG_LEVEL: 'error',
        GENESYS_REQUESTS_PER_MINUTE: '100000',
      },
      logOutput,
    });
    const { state, faults } = world.genesys;
    const api = new ApiClient(world.url);
    await openWithRetries(world.url, SESSIONS);

    const outage = faults.add({ match: { path: '/oauth/token' }, fault: { kind: 'status', status: 500 } });
    state.revokeTokens();
    const downAt = Date.now();
    const isOpen = (): boolean => logOutput.with('The circuit of the Genesys login is open').length > 0;
    await until(isOpen);

    const refused = await timed(() => api.open());
    expect(refused.answer).toMatchObject({
      status: 503,
      body: { code: 'upstream-unavailable', reason: 'breaker-open' },
    });
    expect(retryAfterSeconds(refused.answer)).toBeGreaterThan(0);
    expect(refused.ms).toBeLessThan(10_000);

    // Thirty beats a second need a token meanwhile; one of them may request it in each recovery time.
    await pause(4 * RECOVERY_MS);
    const asked = faults.list()[0]?.applied;
    expect(asked).toBeLessThanOrEqual(FAILED_LOGINS + 1 + (Date.now() - downAt) / RECOVERY_MS);
    expect(await countIn(world, 'active')).toBe(SESSIONS);

    faults.remove(outage);
    const backAt = Date.now();
    await until(async () => (await api.open()).status === 201);
    expect(Date.now() - backAt).toBeLessThan(RECOVERY_MS + 30_000);
    await until(() => [...beatsSince(world, backAt).values()].every(({ length }) => length > 0));
    expect(await countIn(world, 'active')).toBe(SESSIONS + 1);
  });
});

describe('an API that answers 500 to everything', () => {
  it('gets no requests until it recovers, and sessions with fewer than three failures continue', async () => {
    const SESSIONS = 150;
    const INTERVAL_MS = 6_000;
    const logOutput = new LogCapture();
    await using world = await World.start({
      environment: {
        HEARTBEAT_MAX_INTERVAL_MS: String(INTERVAL_MS),
        UPSTREAM_BREAKER_RECOVERY_MS: String(RECOVERY_MS),
        LOG_LEVEL: 'info',
        GENESYS_REQUESTS_PER_MINUTE: '100000',
      },
      logOutput,
    });
    const { state, faults, requests } = world.genesys;
    await openWithRetries(world.url, SESSIONS);
    await until(() => [...state.conversations.values()].every(({ beats }) => beats > 0));

    const outage = faults.add({ match: { path: '^/api/' }, fault: { kind: 'status', status: 500 } });
    await until(() => logOutput.with('The circuit of the Genesys api is open').length > 0);
    const openedAt = Date.now();
    // Requests in flight at the opening of the circuit have arrived.
    await pause(200);
    const seq = requests.total;
    await pause(2 * INTERVAL_MS);

    const probes = requests.find().filter((entry) => entry.seq > seq);
    expect(probes.length).toBeLessThanOrEqual(1 + (Date.now() - openedAt) / RECOVERY_MS);
    expect(probes.length).toBeGreaterThan(0);
    const failures = new Map<string, number>();
    for (const { conversationId = '' } of requests.find({ status: 500 }))
      failures.set(conversationId, (failures.get(conversationId) ?? 0) + 1);
    const spared = SESSIONS - [...failures.values()].filter((count) => count >= 3).length;
    expect(await countIn(world, 'active')).toBe(spared);
    expect(spared).toBeGreaterThan(0.9 * SESSIONS);
    expect(requests.find().map(kindOf)).not.toContain('disconnect');

    faults.remove(outage);
    const backAt = Date.now();
    await until(
      () => [...beatsSince(world, backAt).values()].filter(({ length }) => length > 0).length >= spared,
    );
    expect(await countIn(world, 'active')).toBe(spared);
  });
});

async function timed<T>(work: () => Promise<T>): Promise<{ readonly answer: T; readonly ms: number }> {
  const startedAt = performance.now();
  const answer = await work();
  return { answer, ms: performance.now() - startedAt };
}
