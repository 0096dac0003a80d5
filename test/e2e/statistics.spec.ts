import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp } from '../../src/app.setup';
import { readEnvironment } from '../../src/config/read-environment';
import { World } from '../../src/world';
import { ApiClient } from '../support/api-client';
import { aCaller, allBut, keysOf } from '../support/callers';
import { freePort } from '../support/free-port';
import { LogCapture } from '../support/log-capture';
import { createDatabase, type TestDatabase } from '../support/postgres';
import { statisticsAround, totalOf, writtenPoints } from '../support/statistics-api';
import { until } from '../support/until';

const BEATS = { HEARTBEAT_MAX_INTERVAL_MS: '100', HEARTBEAT_MIN_INTERVAL_MS: '100' };

interface ReplicaBody {
  readonly id: string;
  readonly state: string;
  readonly sessions: number;
  readonly isResponding: boolean;
  readonly leaseUntil?: string;
}

async function replicasOf(api: ApiClient): Promise<readonly ReplicaBody[]> {
  const { body } = await api.request('GET', '/v1/replicas');
  return body['replicas'] as readonly ReplicaBody[];
}

describe('the statistics of one process', () => {
  const operator = aCaller('operator');
  const outsider = aCaller('outsider', allBut('statistics.read'));
  let world: World;
  let api: ApiClient;

  beforeAll(async () => {
    const environment = { ...BEATS, ...keysOf(operator, outsider) };
    world = await World.start({ logOutput: new LogCapture(), environment });
    api = new ApiClient(world.url, operator.headers);
  });

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });

  const codesOf = async (query: string): Promise<unknown> => {
    const { status, body } = await api.request('GET', `/v1/statistics${query}`);
    const errors = (body['errors'] ?? []) as { pointer: string; code: string }[];
    return [status, ...errors.map(({ pointer, code }) => `${pointer} ${code}`)];
  };

  it('know nothing of minutes that were not written', async () => {
    const { status, headers, body } = await api.request('GET', '/v1/statistics');
    const points = body['points'] as unknown[];

    expect([status, headers.get('cache-control'), body['step'], points.length]).toEqual([
      200,
      'no-store',
      60,
      60,
    ]);
    expect(points[0]).toEqual({
      at: body['from'],
      opened: null,
      live: null,
      ended: {},
      failed: {},
      beats: { count: null, latenessP50Ms: null, latenessP99Ms: null },
      budget: [],
      deliveries: { count: null, delayP50Ms: null, delayP99Ms: null, dead: null },
    });
  });

  it('have the figures of a process that has stopped', async () => {
    const [id, other] = [await api.opened(), await api.opened()];
    world.genesys.faults.add({ fault: { kind: 'status', status: 403 } });
    expect((await api.open()).status).toBe(502);
    world.genesys.faults.clear();
    await until(() => (world.genesys.state.conversation(other)?.beats ?? 0) >= 2);
    await api.end(id);
    await until(() => world.crm.eventsOf(id).length === 2 && world.crm.eventsOf(other).length === 1);
    await world.restart();
    api = new ApiClient(world.url, operator.headers);
    const body = await statisticsAround(api);

    expect(totalOf(body, ({ opened }) => opened)).toBe(2);
    expect(totalOf(body, ({ ended }) => ended['requested'])).toBe(1);
    expect(totalOf(body, ({ failed }) => failed['upstream-forbidden'])).toBe(1);
    expect(totalOf(body, ({ beats }) => beats.count)).toBeGreaterThanOrEqual(2);
    expect(totalOf(body, ({ deliveries }) => deliveries.count)).toBe(3);
    expect(totalOf(body, ({ deliveries }) => deliveries.dead)).toBe(0);
    for (const { live, budget } of writtenPoints(body)) {
      expect(live).toBeGreaterThanOrEqual(0);
      expect(budget.map(({ oauthClient }) => oauthClient)).toEqual(['demo-client']);
    }
  });

  it.each([
    ['?step=90', ['#/step format']],
    ['?step=0', ['#/step out-of-range']],
    ['?step=86460', ['#/step out-of-range']],
    ['?step=a', ['#/step type']],
    ['?from=yesterday', ['#/from format']],
    ['?from=2027-01-15T08:00:00Z&to=2027-01-15T08:00:00Z', ['#/to out-of-range']],
    ['?from=2027-01-15T08:00:00Z&to=2027-01-17T08:00:01Z', ['#/from out-of-range']],
    ['?from=2027-01-15T08:00:00Z&to=2027-01-15T12:01:00Z&step=60', ['#/step out-of-range']],
    ['?minutes=5', ['#/minutes unknown-field']],
  ])('refuse %s', async (query, errors) => {
    expect(await codesOf(query)).toEqual([400, ...errors]);
  });

  it('may span as much time as they are kept, in as many points as there may be', async () => {
    const { body } = await api.request(
      'GET',
      '/v1/statistics?from=2027-01-15T08:00:00Z&to=2027-01-17T08:00:00Z',
    );

    expect([body['step'], (body['points'] as unknown[]).length]).toEqual([720, 240]);
  });

  it('and the list of replicas need a scope of their own', async () => {
    const stranger = new ApiClient(world.url, outsider.headers);
    for (const path of ['/v1/statistics', '/v1/replicas']) {
      const { status, body } = await stranger.request('GET', path);
      expect([status, body['code']]).toEqual([403, 'insufficient-scope']);
    }
  });

  it('are those of the one replica in the list', async () => {
    const id = await api.opened();
    const live = await api.list('?state=active');
    const replicas = await replicasOf(api);

    expect(replicas).toEqual([
      {
        id: expect.any(String) as string,
        state: 'live',
        sessions: (live.body['items'] as unknown[]).length,
        isResponding: true,
      },
    ]);
    await api.end(id);
  });
});

describe('the statistics of two replicas on one PostgreSQL', () => {
  let database: TestDatabase;
  let world: World;
  let other: NestFastifyApplication;
  let here: ApiClient;
  let there: ApiClient;

  beforeAll(async () => {
    database = await createDatabase();
    const [port, otherPort] = [await freePort(), await freePort()];
    const environment = { ...BEATS, DATABASE_URL: database.url, PORT: String(port) };
    world = await World.start({ logOutput: new LogCapture(), environment });
    other = await createApp(readEnvironment({ ...world.environment, PORT: String(otherPort) }), {
      logOutput: new LogCapture(),
    });
    await other.listen({ host: '127.0.0.1', port: otherPort });
    here = new ApiClient(world.url);
    there = new ApiClient(`http://127.0.0.1:${otherPort}`);
  });

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    await database.drop();
  });

  it('add up, and go on with the sessions of a replica that has left', async () => {
    const ids = [await here.opened(), await here.opened()];
    for (let count = 0; count < 3; count += 1) ids.push(await there.opened());
    const [mine, others] = [await replicasOf(here), await replicasOf(there)];
    const ofResponding = (replicas: readonly ReplicaBody[]): unknown =>
      replicas.filter(({ isResponding }) => isResponding).map(({ state, sessions }) => [state, sessions]);

    expect([ofResponding(mine), ofResponding(others)]).toEqual([[['live', 2]], [['live', 3]]]);
    expect(mine.map(({ id }) => id)).toEqual(others.map(({ id }) => id));
    expect(mine.every(({ leaseUntil }) => Date.parse(leaseUntil ?? '') > 0)).toBe(true);
    await until(() => ids.every((id) => world.crm.eventsOf(id).length === 1));

    await other.close();
    await until(async () => (await replicasOf(here)).some(({ sessions }) => sessions === 5));
    expect((await replicasOf(here)).map(({ state }) => state).sort()).toEqual(['live', 'lost']);

    await world.restart();
    here = new ApiClient(world.url);
    const body = await statisticsAround(here);
    expect(totalOf(body, ({ opened }) => opened)).toBe(5);
    expect(totalOf(body, ({ deliveries }) => deliveries.count)).toBe(5);
    expect(writtenPoints(body).every(({ budget }) => budget.length === 1)).toBe(true);
  });
});
