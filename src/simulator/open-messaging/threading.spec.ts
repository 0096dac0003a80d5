import { GenesysSimulator } from '../genesys-simulator';
import { Answered } from '../web-messaging/call-json.fake';
import { OpenMiddleware } from './open-middleware.fake';
import { START, startOpenWorld } from './open-world.fake';

const MINUTE_MS = 60_000;

let simulator: GenesysSimulator;
let middleware: OpenMiddleware;
let id: string;
let time = START;

beforeEach(async () => {
  time = START;
  ({ simulator, middleware, id } = await startOpenWorld(() => time, { threadingMinutes: 60 }));
});
afterEach(() => simulator.close());

const timeline = (method: string, body?: unknown): Promise<Answered> =>
  middleware.call(method, '/api/v2/conversations/messaging/threadingtimeline', body);

async function continuesAfter(minutes: number): Promise<boolean> {
  simulator.openMessaging.agent.end(id, 'agent');
  time += minutes * MINUTE_MS;
  return (await middleware.say('guest-1', 'again')) === id;
}

describe('the threading timeline', () => {
  it('shows the configured time', async () => {
    expect((await timeline('GET')).body).toEqual({
      settings: [{ messengerType: 'open', timeoutInMinutes: 60 }],
      defaultTimeoutMinutes: 4_320,
    });
  });

  it('decides from the disconnect on whether a message continues the conversation', async () => {
    const settings = [{ messengerType: 'open', timeoutInMinutes: 2 }];
    expect((await timeline('PUT', { settings })).body).toEqual({ settings, defaultTimeoutMinutes: 4_320 });
    time += 10 * MINUTE_MS;

    expect(await continuesAfter(1)).toBe(true);
    expect(await continuesAfter(2)).toBe(false);
  });

  it('has the default for a messenger type without an entry', async () => {
    await timeline('PUT', { settings: [], defaultTimeoutMinutes: 0 });

    expect(await continuesAfter(0)).toBe(false);
  });

  it.each([
    {},
    { settings: ['open'] },
    { settings: [{ messengerType: 'open', timeoutInMinutes: 4_321 }] },
    { settings: [{ messengerType: 'open', timeoutInMinutes: 0.5 }] },
    { settings: [{ timeoutInMinutes: 1 }] },
    { settings: [], defaultTimeoutMinutes: -1 },
  ])('refuses %j', async (body) => {
    expect((await timeline('PUT', body)).status).toBe(400);
    expect((await timeline('POST', body)).status).toBe(405);
  });
});
