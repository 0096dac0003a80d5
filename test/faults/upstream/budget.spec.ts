import { World } from '../../../src/world';
import { ApiClient } from '../../support/api-client';
import {
  beatsSince,
  countIn,
  kindOf,
  limitsOf,
  longestSilences,
  onlyClientOf,
  openWithRetries,
  pause,
  perTwoSeconds,
  TEN_TIMES_FASTER,
  WINDOW_MS,
} from '../../support/compressed-time';
import { until } from '../../support/until';

const ALLOWED = 300;
const SESSIONS = 500;
const WINDOWS = Number(process.env['BUDGET_WINDOWS'] ?? 4);
/** `BUDGET_WINDOWS=10` is the long run. */
const OBSERVED_MS = WINDOWS * WINDOW_MS;
const STRETCH_MAX_MS = 12_000;

describe('one client with a limit of 300 requests a window', () => {
  it('serves 500 sessions for several windows with hardly any 429', async () => {
    await using world = await World.start({
      environment: TEN_TIMES_FASTER,
      genesys: { requestsPerMinute: ALLOWED, rateWindowMs: WINDOW_MS },
    });
    const { state, requests } = world.genesys;
    const startedAt = Date.now();
    await openWithRetries(world.url, SESSIONS);
    // The last opened session beats a stretched interval later.
    await pause(STRETCH_MAX_MS);
    const since = Date.now();

    await pause(OBSERVED_MS);

    const till = Date.now();
    const beats = [...beatsSince(world, since).values()];
    const spans = perTwoSeconds(beats.flat(), since, till);
    const mean = spans.reduce((sum, count) => sum + count, 0) / spans.length;
    const silences = longestSilences(world, since, till);
    const limits = await limitsOf(world.url);
    expect(await countIn(world, 'active')).toBe(SESSIONS);
    expect(state.throttled / requests.total).toBeLessThan(0.01);
    expect(Math.max(...spans)).toBeLessThan(2 * mean);
    expect(limits.sessions).toMatchObject({ cap: 1000, live: SESSIONS });
    expect(limits.clients).toEqual([
      expect.objectContaining({ id: 'demo-client', live: SESSIONS, cap: SESSIONS + limits.sessions.more }),
    ]);
    const client = await onlyClientOf(world.url);
    expect(client.budget).toMatchObject({ allowed: ALLOWED, closedSeconds: 0 });
    expect(client.heartbeatIntervalMs).toBeGreaterThan(3_000);
    expect(client.heartbeatIntervalMs).toBeLessThanOrEqual(STRETCH_MAX_MS);
    // A queued beat is late, and so may be one on a busy machine; none is skipped.
    expect(silences.at(-1)).toBeLessThan(2.5 * client.heartbeatIntervalMs);
    // The burst of openings did not delay the beats of earlier sessions either.
    expect(longestSilences(world, startedAt, since).at(-1)).toBeLessThan(2.5 * STRETCH_MAX_MS);

    expect(limits.sessions.more).toBeGreaterThan(0);
    await openWithRetries(world.url, Math.min(5, limits.sessions.more));
    expect((await limitsOf(world.url)).sessions.live).toBe(SESSIONS + Math.min(5, limits.sessions.more));
  });
});

describe('a client without capacity for more sessions', () => {
  it('refuses an opening with the reason, and accepts one once a session has ended', async () => {
    await using world = await World.start({
      environment: { ...TEN_TIMES_FASTER, GENESYS_REQUESTS_PER_MINUTE: '12' },
      genesys: { requestsPerMinute: 12, rateWindowMs: WINDOW_MS },
    });
    const api = new ApiClient(world.url);
    const { cap } = await onlyClientOf(world.url);
    const [first = ''] = await openWithRetries(world.url, cap, { atATime: cap });
    const opened = world.genesys.requests.count({ method: 'POST', path: /messaging$/ });

    const { status, body, headers } = await api.open();

    expect({ status, body }).toMatchObject({
      status: 429,
      body: { code: 'session-limit-reached', reason: 'upstream-budget' },
    });
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(world.genesys.requests.count({ method: 'POST', path: /messaging$/ })).toBe(opened);
    expect((await limitsOf(world.url)).sessions).toMatchObject({ live: cap, more: 0 });
    await api.end(first);
    expect((await limitsOf(world.url)).sessions.more).toBe(1);
    await openWithRetries(world.url, 1);
  });
});

describe('a client that a 429 has closed', () => {
  const RETRY_AFTER_MS = 2_000;
  /** Requests in flight at the 429 still arrive; this long after it none may. */
  const UNDER_WAY_MS = 300;
  const SOME = 6;

  it('sends nothing during the requested wait, and then ends first, openings next, beats last', async () => {
    await using world = await World.start({
      // A bucket of five tokens makes queued requests leave one by one, in an order that the test can see.
      environment: { ...TEN_TIMES_FASTER, UPSTREAM_TIMEOUT_MS: '8000', GENESYS_REQUESTS_PER_MINUTE: '60' },
      genesys: { requestsPerMinute: 60, rateWindowMs: WINDOW_MS },
    });
    const { faults, requests } = world.genesys;
    const api = new ApiClient(world.url);
    const ids = await openWithRetries(world.url, 20);
    await until(() => requests.find().filter((entry) => kindOf(entry) === 'beat').length > 20);
    faults.add({
      match: { bodyContains: 'heartbeatSequence' },
      fault: { kind: 'status', status: 429, retryAfter: RETRY_AFTER_MS / 1000 },
      times: 1,
    });
    await until(() => requests.count({ status: 429 }) === 1);
    const closing = requests.find({ status: 429 })[0];
    if (closing === undefined) throw new Error('There was no 429');
    expect((await onlyClientOf(world.url)).budget.closedSeconds).toBeGreaterThan(0);

    // The most urgent request is made last, so that the order cannot be that of the requests.
    const openings = Array.from({ length: SOME }, () => api.open());
    await pause(100);
    const endings = ids.slice(0, SOME).map((id) => api.end(id));

    const statuses = (await Promise.all([...openings, ...endings])).map(({ status }) => status);
    expect(statuses).toEqual([...openings.map(() => 201), ...endings.map(() => 200)]);
    const later = requests.find().filter(({ seq, path }) => seq > closing.seq && path !== '/oauth/token');
    const tooEarly = later.filter(
      ({ at }) => at > closing.at + UNDER_WAY_MS && at < closing.at + RETRY_AFTER_MS - 50,
    );
    expect(tooEarly).toEqual([]);
    const afterwards = later.filter(({ at }) => at >= closing.at + RETRY_AFTER_MS - 50).map(kindOf);
    expect(afterwards.slice(0, 2 * SOME)).toEqual([
      ...endings.map(() => 'disconnect'),
      ...openings.map(() => 'open'),
    ]);
    await until(() => requests.find({ limit: 1 }).map(kindOf).includes('beat'));
  });
});
