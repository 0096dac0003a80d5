import { World } from '../../src/world';
import { ApiClient } from '../support/api-client';
import { until } from '../support/until';

const MESSAGING = '/api/v2/conversations/messaging';

function times<T>(count: number, work: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, work));
}

describe('callers that race', () => {
  let world: World;
  let api: ApiClient;

  beforeEach(async () => {
    world = await World.start({
      environment: { SESSION_MAX_CONCURRENT: '50', LOG_LEVEL: 'error' },
      genesys: { latencyMs: 20 },
    });
    api = new ApiClient(world.url);
  });

  afterEach(async () => {
    await world[Symbol.asyncDispose]();
  });

  it('get exactly as many sessions as there are slots', async () => {
    const answers = await times(200, () => api.open());
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(50);
    expect(refused).toHaveLength(150);
    expect(new Set(refused.map(({ body }) => body['code']))).toEqual(new Set(['session-limit-reached']));
    expect(refused.every(({ headers }) => Number(headers.get('retry-after')) >= 1)).toBe(true);
    expect(world.genesys.requests.count({ method: 'POST', path: MESSAGING })).toBe(50);
    expect(world.genesys.state.conversations.size).toBe(50);
  });

  it('take each freed slot once', async () => {
    const ids = (await times(50, () => api.opened())).slice(0, 10);
    await Promise.all(ids.map((id) => api.end(id)));
    const answers = await times(30, () => api.open());
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(10);
  });

  it('share one token request at a cold start', async () => {
    const answers = await times(50, () => api.open());
    expect(answers.every(({ status }) => status === 201)).toBe(true);
    expect(world.genesys.state.tokenRequests).toBe(1);
  });

  it('are not affected by a revoked token, which is replaced once', async () => {
    await api.opened();
    world.genesys.state.revokeTokens();
    const answers = await times(20, () => api.open());
    expect(answers.every(({ status }) => status === 201)).toBe(true);
    expect(world.genesys.state.tokenRequests).toBe(2);
  });

  it('leave no session when upstream refuses all of them', async () => {
    world.genesys.faults.add({
      match: { method: 'POST', path: MESSAGING },
      fault: { kind: 'status', status: 403 },
    });
    const answers = await times(60, () => api.open());
    expect(answers.every(({ status }) => status === 502 || status === 429)).toBe(true);
    world.genesys.faults.clear();
    const again = await times(50, () => api.open());
    expect(again.every(({ status }) => status === 201)).toBe(true);
    await until(() => world.crm.received.length === 50);
    expect(world.genesys.state.conversations.size).toBe(50);
  });
});
