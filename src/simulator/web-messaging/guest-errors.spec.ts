import { GenesysSimulator } from '../genesys-simulator';
import { DEMO_DEPLOYMENT_ID, DeploymentOptions } from './deployment';
import { Frame, GuestClient } from './guest-client.fake';

let simulator: GenesysSimulator;
let time = 1_800_000_000_000;

async function start(deployment: DeploymentOptions = {}): Promise<GuestClient> {
  simulator = await GenesysSimulator.start({
    now: () => time,
    webMessaging: { deployments: [deployment], attachmentSeconds: 60 },
  });
  return GuestClient.connectAndConfigure(simulator.url, 'guest-1');
}
afterEach(() => simulator.close());

const refusal = (code: number, body: string): Partial<Frame> | object => ({
  type: 'response',
  class: 'string',
  code,
  body,
  tracingId: 't',
});
const typing = { eventType: 'Typing', typing: { type: 'On' } };
const clear = { eventType: 'Presence', presence: { type: 'Clear' } };

describe('a guest is refused', () => {
  it.each<[string, DeploymentOptions, (guest: GuestClient) => Promise<Frame>, number, string]>([
    ['an unknown action', {}, (guest) => guest.ask('disconnectGuest'), 400, 'Request failed.'],
    ['an unknown event', {}, (guest) => guest.event({ eventType: 'CoBrowse' }), 400, 'Request failed.'],
    [
      'typing where it is off',
      { showUserTypingIndicator: false },
      (guest) => guest.event(typing),
      403,
      'Turn on the Feature Toggle or fix the configuration.',
    ],
    [
      'clearing where it is off',
      { conversationClear: false },
      (guest) => guest.event(clear),
      403,
      'Presence events Conversation Clear are not supported',
    ],
    [
      'a token without a session',
      {},
      (guest) => guest.ask('onMessage', { token: 'guest-2', message: { text: 'Hi' } }),
      4007,
      'session not found error message',
    ],
    [
      'an unknown deployment',
      {},
      (guest) => guest.configure({ deploymentId: 'nowhere' }),
      4007,
      'session not found error message',
    ],
    [
      'a long text',
      {},
      (guest) => guest.say('é'.repeat(2500)),
      4011,
      'Message length 5000 is larger than 4096',
    ],
    [
      'a message without a type',
      {},
      (guest) => guest.ask('onMessage', { message: { text: 'Hi' } }),
      4020,
      'Missing parameter type',
    ],
    [
      'large attributes within the message',
      {},
      (guest) => guest.say('Hi', { channel: { metadata: { customAttributes: { a: 'é'.repeat(1024) } } } }),
      4013,
      'Custom Attributes in channel metadata is larger than 2048 bytes',
    ],
    ['nothing to say', {}, (guest) => guest.ask('onMessage', {}), 4020, 'Missing parameter message'],
    ['no token', {}, (guest) => guest.configure({ token: '' }), 4020, 'Missing parameter token'],
    [
      'an attachment without an announcement',
      {},
      (guest) => guest.say('', { content: [{ contentType: 'Attachment', attachment: { id: 'a' } }] }),
      4009,
      'The attachment was not found.',
    ],
    [
      'authentication where it is off',
      { auth: { enabled: false, allowSessionUpgrade: false } },
      (guest) => guest.ask('configureAuthenticatedSession', { deploymentId: DEMO_DEPLOYMENT_ID }),
      403,
      'HTTP authorization error',
    ],
    [
      'a text of an anonymous guest where a session has to begin with a login',
      { auth: { enabled: true, allowSessionUpgrade: false } },
      (guest) => guest.say('Hi'),
      401,
      'User is unauthorized',
    ],
    [
      'authentication without a token',
      {},
      (guest) => guest.ask('configureAuthenticatedSession', { deploymentId: DEMO_DEPLOYMENT_ID }),
      403,
      'Session authentication failed',
    ],
    [
      'authentication with a wrong token',
      {},
      (guest) =>
        guest.ask('configureAuthenticatedSession', {
          deploymentId: DEMO_DEPLOYMENT_ID,
          data: { code: 'x' },
        }),
      401,
      'User is unauthorized',
    ],
  ])('%s', async (_what, deployment, ask, code, body) => {
    const guest = await start(deployment);

    expect(await ask(guest)).toEqual(refusal(code, body));
  });

  it('not for attributes beside the message, which are ignored', async () => {
    const guest = await start({});
    const answer = await guest.ask('onMessage', {
      message: { text: 'Hi', type: 'Text' },
      channel: { metadata: { customAttributes: { a: 'x'.repeat(2048) } } },
    });

    expect(answer).toMatchObject({ class: 'StructuredMessage', code: 200 });
  });

  it.each(['no json', '[]', '"text"'])('the frame %s', async (text) => {
    const guest = await start();
    guest.socket.send(text);

    expect(await guest.next()).toEqual({
      type: 'response',
      class: 'string',
      code: 400,
      body: 'Request failed.',
    });
  });

  it('a binary frame', async () => {
    const guest = await start();
    guest.socket.send(Buffer.from(JSON.stringify({ action: 'getJwt', token: 'guest-1' })));

    expect(await guest.next()).toMatchObject({ code: 400 });
  });

  it('sending once the session is read-only, has expired, or is logged out', async () => {
    const guest = await start();
    await guest.say('Hi');
    simulator.webMessaging.agent.disconnect('guest-1');
    await guest.next();
    expect(await guest.say('again')).toEqual(refusal(409, 'The session is read-only.'));

    time += 259_200_000;
    expect(await guest.ask('getJwt')).toMatchObject({ class: 'SessionExpiredEvent' });
    expect(await guest.next()).toEqual(refusal(4006, 'session expired error message'));

    await guest.configure();
    simulator.webMessaging.agent.logOut('guest-1');
    await guest.next();
    expect(await guest.ask('getJwt')).toEqual(refusal(401, 'User is unauthorized'));
  });

  it('becoming anonymous after it has signed in', async () => {
    const guest = await start();
    simulator.webMessaging.agent.signInElsewhere('guest-1');
    await guest.closed();
    const again = await GuestClient.connect(simulator.url, 'guest-1');

    expect(await again.configure()).toMatchObject({ class: 'string', code: 4017 });
  });
});

describe('an announced file is refused', () => {
  const file = { attachmentId: 'a', fileName: 'a.png', fileType: 'image/png', fileSize: 10 };
  const upload = { enableAttachments: true, modes: [{ fileTypes: ['image/*'], maxFileSizeKB: 1 }] };

  it.each<[number, object, DeploymentOptions]>([
    [4000, {}, { fileUpload: { enableAttachments: false, modes: [] } }],
    [4001, { fileType: 'text/plain' }, { fileUpload: upload }],
    [4001, { fileName: 'a.ADE' }, {}],
    [4002, { fileSize: 1025 }, { fileUpload: upload }],
    [4102, { fileSize: 0 }, {}],
    [4002, { fileSize: 1025 }, { fileUpload: { ...upload, enableAttachments: false } }],
    [4004, { fileName: 'png' }, {}],
    [4005, { fileName: `${'a'.repeat(1020)}.png` }, {}],
  ])('with %i for %j', async (errorCode, wrong, deployment) => {
    const guest = await start(deployment);

    expect(await guest.ask('onAttachment', { ...file, ...wrong })).toEqual({
      type: 'response',
      class: 'GenerateUrlError',
      code: 400,
      body: { attachmentId: 'a', errorCode, errorMessage: expect.any(String) },
      tracingId: 't',
    });
  });

  it('when it is sent before its upload or after its expiry', async () => {
    const guest = await start();
    await guest.ask('onAttachment', file);
    const content = [{ contentType: 'Attachment', attachment: { id: 'a' } }];

    expect(await guest.say('', { content })).toMatchObject({ code: 4010 });
    expect(await guest.ask('getAttachment', { attachmentId: 'a' })).toMatchObject({ code: 4010 });
    time += 60_000;
    expect(await guest.say('', { content })).toMatchObject({ code: 4008 });
    expect(await guest.ask('getAttachment', { attachmentId: 'a' })).toMatchObject({ code: 4008 });
  });
});

describe('the limits', () => {
  const tooMany = (retryAfter: number, errorMessage: string): object => ({
    type: 'response',
    class: 'TooManyRequestsErrorMessage',
    code: 429,
    body: { retryAfter, errorCode: 4029, errorMessage },
    tracingId: 't',
  });

  it('five messages a second and session, over all its connections', async () => {
    const guest = await start();
    const other = await GuestClient.connectAndConfigure(simulator.url, 'guest-1');
    for (let n = 1; n <= 5; n += 1) expect(await guest.say(`${n}`)).toMatchObject({ code: 200 });
    for (let n = 1; n <= 5; n += 1) await other.next();

    expect(await other.say('6')).toEqual(tooMany(1, 'Message rate too high for this session'));
    time += 1_000;
    expect(await guest.say('7')).toMatchObject({ code: 200 });
    expect(simulator.webMessaging.throttle.refused).toEqual({ messagesPerSession: 1 });
  });

  it('two echoes a minute and connection', async () => {
    const guest = await start();
    const echo = (): Promise<Frame> => guest.ask('echo', { message: { text: 'ping', type: 'Text' } });
    await echo();
    time += 30_000;
    expect(await echo()).toMatchObject({ code: 200 });
    time += 29_000;
    expect(await echo()).toEqual(tooMany(1, 'Health check rate too high for this connection'));
    time += 1_000;
    expect(await echo()).toMatchObject({ code: 200 });
    expect(simulator.webMessaging.session('guest-1')).toMatchObject({ echoes: 4, shortestEchoGapMs: 1_000 });
  });

  it('sixty requests a minute and connection', async () => {
    const guest = await start();
    for (let n = 2; n <= 60; n += 1) guest.send('getJwt');
    for (let n = 2; n <= 60; n += 1) expect(await guest.next()).toMatchObject({ class: 'JwtResponse' });

    expect(await guest.ask('getJwt')).toEqual(tooMany(60, 'Request rate too high for this connection'));
  });

  it('sixty configures a minute and session', async () => {
    const guest = await start();
    for (let n = 2; n <= 59; n += 1) expect(await guest.configure()).toMatchObject({ code: 200 });
    const other = await GuestClient.connect(simulator.url, 'guest-1');
    expect(await other.configure()).toMatchObject({ code: 200 });

    expect(await other.configure()).toEqual(tooMany(60, 'ConfigureSession rate too high for this session'));
    expect(simulator.webMessaging.session('guest-1')).toMatchObject({ configures: 61, sessions: 1 });
  });
});
