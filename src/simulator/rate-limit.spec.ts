import { GenesysSimulator } from './genesys-simulator';

const PATH = '/api/v2/conversations/messaging/4f6d0f5e-6f9e-4a0e-9d5e-0d6e5a1b2c3d';

let simulator: GenesysSimulator;
let time = 1_800_000_000_000;

beforeEach(async () => {
  simulator = await GenesysSimulator.start({ requestsPerMinute: 2, rateWindowMs: 5_000, now: () => time });
});
afterEach(() => simulator.close());

async function freshToken(): Promise<string> {
  const response = await fetch(`${simulator.url}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'demo-client',
      client_secret: 'demo-secret',
    }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

function ask(token: string): Promise<Response> {
  return fetch(simulator.url + PATH, { headers: { authorization: `Bearer ${token}` } });
}

function headersOf(response: Response): (string | null)[] {
  return ['count', 'allowed', 'reset'].map((name) => response.headers.get(`inin-ratelimit-${name}`));
}

describe('the rate limit', () => {
  it('refuses requests beyond the window of a token, in the words of the platform', async () => {
    const token = await freshToken();
    expect(headersOf(await ask(token))).toEqual(['1', '2', '5']);
    time += 1_500;
    expect(headersOf(await ask(token))).toEqual(['2', '2', '4']);

    const refused = await ask(token);

    const contextId = refused.headers.get('inin-correlation-id');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('4');
    expect(await refused.json()).toEqual({
      message: 'Rate limit exceeded the maximum. Retry the request in [4] seconds',
      code: 'too.many.requests.retry.after',
      status: 429,
      contextId,
      details: [],
      errors: [],
    });
    expect(simulator.state.throttled).toBe(1);
    expect(simulator.requests.count({ status: 429 })).toBe(1);
  });

  it('opens again with the next window', async () => {
    const token = await freshToken();
    const statuses = [];
    for (const wait of [0, 0, 0, 5_000]) {
      time += wait;
      statuses.push((await ask(token)).status);
    }

    expect(statuses).toEqual([404, 404, 429, 404]);
  });

  it('counts each token by itself', async () => {
    const [first, second] = [await freshToken(), await freshToken()];
    await ask(first);
    await ask(first);

    expect((await ask(first)).status).toBe(429);
    expect((await ask(second)).status).toBe(404);
  });

  it('is advertised but not enforced at 0', async () => {
    simulator.state.requestsPerMinute = 0;
    const token = await freshToken();
    await ask(token);
    await ask(token);

    const third = await ask(token);

    expect(third.status).toBe(404);
    expect(headersOf(third)).toEqual(['3', '1000000', '5']);
  });
});
