import { GenesysSimulator } from '../genesys-simulator';
import { Answered, callJson } from './call-json.fake';
import { GuestClient } from './guest-client.fake';

let simulator: GenesysSimulator;
let guest: GuestClient;
const time = 1_800_000_000_000;

beforeEach(async () => {
  simulator = await GenesysSimulator.start({
    now: () => time,
    webMessaging: { limits: { messagesPerSession: 1_000 } },
  });
  guest = await GuestClient.connectAndConfigure(simulator.url, 'guest-1');
});
afterEach(() => simulator.close());

function call(method: string, path: string, bearer = '', body?: unknown): Promise<Answered> {
  return callJson(method, simulator.url + path, bearer, body);
}

describe('the agent by control routes', () => {
  const agent = async (what: string, body: object): Promise<number> =>
    (await call('POST', `/_sim/agent/${what}`, '', body)).status;

  it('acts on a session by token or by conversation', async () => {
    await guest.say('Hi');
    const { conversationId } = simulator.webMessaging.session('guest-1') ?? {};
    const said = await call('POST', '/_sim/agent/say', '', { conversationId, text: 'Hello', by: 'Bot' });

    expect((await guest.next()).body).toMatchObject({ id: said.body['id'], originatingEntity: 'Bot' });
    expect(await agent('typing', { token: 'guest-1' })).toBe(204);
    expect((await guest.next()).body).toMatchObject({ events: [{ eventType: 'Typing' }] });
    expect(await agent('raw', { token: 'guest-1', text: '{"class":"New"}' })).toBe(204);
    expect(await guest.next()).toEqual({ class: 'New' });
    const base64 = Buffer.from('{"class":"Text"}').toString('base64');
    expect(await agent('raw-text', { token: 'guest-1', base64 })).toBe(204);
    expect(await guest.next()).toEqual({ class: 'Text' });
    expect(await agent('disconnect', { conversationId })).toBe(204);
    expect((await guest.next()).body).toMatchObject({ events: [{ eventType: 'Presence' }] });
    expect(await agent('cut', { token: 'guest-1', code: 1011, reason: 'restart' })).toBe(204);
    expect(await guest.closed()).toEqual({ code: 1011, reason: 'restart' });
  });

  it('sends events of either side without a sender', async () => {
    const events = [{ eventType: 'CoBrowse', coBrowse: { type: 'Offering', sessionId: 's' } }];
    expect(await agent('event', { token: 'guest-1', events })).toBe(200);
    const { body } = await guest.next();
    expect(body).toMatchObject({ direction: 'Outbound', type: 'Event', events });
    expect(Object.keys((body as { channel: object }).channel)).toEqual(['time', 'messageId']);
    expect(await agent('event', { token: 'guest-1', events, direction: 'Inbound' })).toBe(200);
    expect((await guest.next()).body).toMatchObject({ direction: 'Inbound', events });
    expect(await agent('event', { token: 'unknown', events })).toBe(404);
  });

  it.each(['clear', 'expire', 'sign-in-elsewhere', 'logout'])('can %s, once', async (what) => {
    expect(await agent(what, { token: 'guest-1' })).toBe(204);
    expect((await guest.next()).class).toMatch(/Event$/);
    expect(await agent('disconnect', { token: 'guest-1' })).toBe(404);
  });

  it.each([
    ['say', { token: 'unknown', text: 'Hi' }, 404],
    ['say', { text: 'Hi' }, 400],
    ['dance', { token: 'guest-1' }, 404],
    ['cut', { token: 'guest-1', code: 1005 }, 400],
    ['cut', { token: 'unknown' }, 404],
    ['disconnect', { token: 'guest-1' }, 404],
  ])('%s %j is answered with %i', async (what, body, status) => {
    expect(await agent(what, body)).toBe(status);
  });

  it('lists the sessions', async () => {
    const response = await fetch(`${simulator.url}/_sim/sessions`);

    expect(await response.json()).toMatchObject([{ token: 'guest-1', state: 'live', configures: 1 }]);
    expect((await call('GET', '/_sim/sessions/unknown')).status).toBe(404);
  });
});
