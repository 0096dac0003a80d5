import { DEMO_DEPLOYMENT_ID } from './deployment';
import { ServedGuest } from './served-guest.fake';

const served = ServedGuest.forEachTest();

describe('the history', () => {
  const PATH = '/api/v2/webmessaging/messages';
  const jwt = async (): Promise<string> => String((await served.guest.ask('getJwt')).body['jwt']);

  it('lists messages newest first, in pages, also those that were sent while the guest was not connected', async () => {
    await served.guest.say('one', { metadata: { id: 'm-1' } });
    await served.guest.event({ eventType: 'Typing', typing: { type: 'On' } });
    const token = await jwt();
    served.simulator.webMessaging.agent.cut('guest-1');
    await served.guest.closed();
    served.simulator.webMessaging.agent.say('guest-1', 'two');

    const { body } = await served.call('GET', `${PATH}?pageSize=1&pageNumber=2`, token);

    expect(body).toEqual({
      entities: [
        {
          id: expect.stringMatching(/^[0-9a-f]{32}$/),
          channel: {
            from: {},
            to: {},
            time: new Date(served.now).toISOString(),
            messageId: expect.any(String),
          },
          type: 'Text',
          text: 'one',
          content: [],
          status: 'Delivered',
          reasons: [],
          events: [],
          direction: 'Inbound',
          metadata: { id: 'm-1' },
        },
      ],
      pageSize: 1,
      pageNumber: 2,
      total: 2,
      pageCount: 2,
    });
    expect((await served.call('GET', PATH, token)).body).toMatchObject({
      entities: [{ text: 'two', direction: 'Outbound', originatingEntity: 'Human' }, { text: 'one' }],
      pageSize: 25,
    });
    expect((await served.call('GET', `${PATH}?pageNumber=9`, token)).body).toMatchObject({ entities: [] });
  });

  it('is readable for a minute with its own token, and with no other', async () => {
    const token = await jwt();

    expect((await served.call('GET', PATH, token)).status).toBe(200);
    expect((await served.call('GET', PATH)).status).toBe(401);
    expect((await served.call('GET', PATH, `${token}x`)).status).toBe(401);
    expect((await served.call('POST', PATH, token)).status).toBe(405);
    served.pass(60_000);
    expect((await served.call('GET', PATH, token)).body).toMatchObject({
      status: 401,
      code: 'bad.credentials',
    });
  });

  it('may be requested ten times a minute', async () => {
    const token = await jwt();
    for (let n = 1; n <= 10; n += 1) expect((await served.call('GET', PATH, token)).status).toBe(200);

    expect((await served.call('GET', PATH, token)).body).toMatchObject({
      code: 'too.many.requests.retry.after',
    });
    expect(served.simulator.webMessaging.throttle.refused).toEqual({ historyPerSession: 1 });
  });
});

describe("the organisation's side", () => {
  const PATH = '/api/v2/conversations/messages';
  let token: string;
  beforeEach(async () => {
    const form = 'grant_type=client_credentials&client_id=demo-client&client_secret=demo-secret';
    const login = await fetch(`${served.simulator.url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams(form),
    });
    token = ((await login.json()) as { access_token: string }).access_token;
  });

  it('finds the conversation of a message and ends it, and the guest is notified', async () => {
    const said = await served.guest.say('Hi');
    const ids = [said.body['id'], (said.body['channel'] as { messageId: string }).messageId];
    const conversationId = served.simulator.webMessaging.session('guest-1')?.conversationId ?? '';
    for (const id of ids) {
      expect((await served.call('GET', `${PATH}/${String(id)}/details`, token)).body).toEqual({
        id,
        conversationId,
        timestamp: new Date(served.now).toISOString(),
        direction: 'inbound',
        status: 'received',
        messengerType: 'webmessaging',
        selfUri: `${PATH}/${String(id)}/details`,
      });
    }
    const { id } = served.simulator.webMessaging.agent.say('guest-1', 'Hello') ?? {};
    await served.guest.next();
    expect((await served.call('GET', `${PATH}/${String(id)}/details`, token)).body).toMatchObject({
      direction: 'outbound',
      status: 'sent',
    });

    const end = await served.call('PATCH', `${PATH}/${conversationId}`, token, { state: 'disconnected' });

    expect(end).toMatchObject({ status: 200, body: { id: conversationId } });
    expect(end.body).not.toHaveProperty('state');
    expect((await served.guest.next()).body).toMatchObject({ metadata: { readOnly: 'true' } });
    expect((await served.call('GET', `${PATH}/${conversationId}`, token)).body).toMatchObject({
      participants: [{ purpose: 'customer', state: 'disconnected' }, { purpose: 'acd' }],
    });
    expect(served.simulator.requests.count({ conversationId })).toBe(2);
  });

  it('shows both participants with attributes, messages and times, before the end and after it', async () => {
    const channel = { metadata: { customAttributes: { tier: 'gold' } } };
    const join = { eventType: 'Presence', presence: { type: 'Join' } };
    await served.guest.ask('onMessage', { message: { events: [join], channel, type: 'Event' } });
    const connectedTime = new Date(served.now).toISOString();
    served.pass(1_000);
    const order = { metadata: { customAttributes: { order: '4711' } } };
    const said = await served.guest.say('Hi', { channel: order });
    const inboundTime = new Date(served.now).toISOString();
    served.pass(1_000);
    const answered = served.simulator.webMessaging.agent.say('guest-1', 'Hello');
    const outboundTime = new Date(served.now).toISOString();
    const conversationId = served.simulator.webMessaging.session('guest-1')?.conversationId ?? '';
    const path = `${PATH}/${conversationId}`;
    const shared = { id: expect.stringMatching(/^[0-9a-f-]{36}$/), type: 'webmessaging', connectedTime };
    const messages = [
      [{ messageId: said.body['id'], messageTime: inboundTime, messageStatus: 'received' }],
      [{ messageId: answered?.id, messageTime: outboundTime, messageStatus: 'sent' }],
    ];

    const open = await served.call('GET', path, token);
    expect(open.body).toEqual({
      id: conversationId,
      selfUri: path,
      participants: [
        {
          ...shared,
          purpose: 'customer',
          state: 'connected',
          attributes: { tier: 'gold', order: '4711' },
          messages: messages[0],
        },
        { ...shared, purpose: 'acd', state: 'connected', attributes: {}, messages: messages[1] },
      ],
    });

    served.pass(1_000);
    const endTime = new Date(served.now).toISOString();
    await served.call('PATCH', path, token, { state: 'disconnected' });
    served.pass(1_000);
    await served.guest.configure({ startNew: true });
    const { participants } = open.body as { participants: object[] };
    expect((await served.call('GET', path, token)).body).toMatchObject({
      participants: participants.map((participant) => ({
        ...participant,
        state: 'disconnected',
        disconnectType: 'client',
        endTime,
      })),
    });
  });

  it.each([
    ['PATCH', '/unknown'],
    ['GET', '/unknown'],
    ['GET', '/unknown/details'],
    ['GET', '/unknown/details/more'],
  ])('answers %s %s with 404', async (method, path) => {
    const body = method === 'PATCH' ? { state: 'disconnected' } : undefined;

    expect((await served.call(method, PATH + path, token, body)).status).toBe(404);
  });

  it("refuses any other state, any other method, and a guest's token", async () => {
    await served.guest.say('Hi');
    const path = `${PATH}/${served.simulator.webMessaging.session('guest-1')?.conversationId ?? ''}`;

    expect((await served.call('PATCH', path, token, { state: 'connected' })).status).toBe(400);
    expect((await served.call('DELETE', path, token)).status).toBe(405);
    expect((await served.call('PATCH', path, '', { state: 'disconnected' })).status).toBe(401);
  });
});

describe('a deployment', () => {
  const PATH = `/webdeployments/v1/deployments/${DEMO_DEPLOYMENT_ID}`;

  it('shows its settings and its allowed domains', async () => {
    expect((await served.call('GET', `${PATH}/config.json`)).body).toMatchObject({
      id: DEMO_DEPLOYMENT_ID,
      status: 'Active',
      auth: { enabled: true, allowSessionUpgrade: true },
      messenger: {
        enabled: true,
        apps: {
          conversations: {
            autoStart: { enabled: false },
            conversationDisconnect: { enabled: true, type: 'ReadOnly' },
            conversationClear: { enabled: true },
            sessionDurationSeconds: 259_200,
          },
        },
        fileUpload: { enableAttachments: true, modes: [{ fileTypes: ['*/*'], maxFileSizeKB: 10_240 }] },
      },
    });
    expect((await served.call('GET', `${PATH}/domains.json`)).body).toEqual({
      allowAllDomains: true,
      allowedDomains: [],
    });
  });

  it('is not found when it is not configured', async () => {
    expect((await served.call('GET', '/webdeployments/v1/deployments/x/config.json')).status).toBe(404);
    expect((await served.call('POST', `${PATH}/config.json`)).status).toBe(405);
  });
});
