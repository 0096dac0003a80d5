import { WebSocket } from 'ws';
import { GenesysSimulator } from '../../../src/simulator/genesys-simulator';
import { callJson } from '../../../src/simulator/web-messaging/call-json.fake';
import { type Frame, GuestClient } from '../../../src/simulator/web-messaging/guest-client.fake';
import { OFFERED_CONTENT } from '../../../src/simulator/web-messaging/structured-content';
import { CLIENT_FRAMES } from '../../fixtures/web-messaging/client-frame-schema';
import {
  AUTH_JWT,
  CANNED_RESPONSE_ID,
  CLIENT_FRAME_SAMPLES,
  DEPLOYMENT_ID,
  FILE_ID,
  type OfficialClientFrame,
  QUESTION_ID,
  TOKEN,
} from '../../fixtures/web-messaging/client-frames';
import { HISTORY_PAGE } from '../../fixtures/web-messaging/history-page';
import { SERVER_FRAMES } from '../../fixtures/web-messaging/server-frame-schema';
import { SERVER_FRAME_SAMPLES, type ServerFrameName } from '../../fixtures/web-messaging/server-frames';
import { FrameRules } from '../../support/frame-rules';
import { missingIn } from '../../support/frame-shape';

const FILE = { attachmentId: FILE_ID, fileName: 'receipt.png', fileType: 'image/png', fileSize: 10 };
/** The sources disagree on whether the platform adds this field to inbound events. */
const UNSETTLED = ['body.metadata.correlationId'];

const serverRules = new FrameRules(SERVER_FRAMES);
const clientRules = new FrameRules(CLIENT_FRAMES);
let simulator: GenesysSimulator;
let guest: GuestClient;

beforeEach(async () => {
  simulator = await GenesysSimulator.start({
    webMessaging: {
      deployments: [{ id: DEPLOYMENT_ID }],
      limits: { messagesPerSession: 5, secondMs: 60_000 },
    },
  });
  guest = await GuestClient.connect(simulator.url, TOKEN, DEPLOYMENT_ID);
});
afterEach(() => simulator.close());

const configure = (more: object = {}): Promise<Frame> =>
  guest.configure({ deploymentId: DEPLOYMENT_ID, ...more });

function expectFrame(frame: Frame, name: ServerFrameName): void {
  expect(missingIn(frame, SERVER_FRAME_SAMPLES[name].frame, UNSETTLED)).toEqual([]);
  expectContract(frame);
}

function expectContract(frame: Frame): void {
  expect(serverRules.breach(frame.class, frame)).toBeUndefined();
}

async function prepare({ after = 'configured', frame }: OfficialClientFrame): Promise<string> {
  let text = JSON.stringify(frame);
  if (after !== 'connected') await configure();
  if (after === 'announced') await guest.ask('onAttachment', FILE);
  if (after === 'uploaded') await upload();
  if (text.includes(AUTH_JWT)) text = text.replace(AUTH_JWT, await login());
  if (after === 'offered') text = await withQuestion(text);
  return text;
}

async function upload(bytes = 10): Promise<Frame> {
  const { url, headers } = (await guest.ask('onAttachment', FILE)).body;
  await fetch(String(url), {
    method: 'PUT',
    headers: headers as Record<string, string>,
    body: Buffer.alloc(bytes),
  });
  return guest.next();
}

async function login(): Promise<string> {
  const body = {
    deploymentId: DEPLOYMENT_ID,
    oauth: { code: 'jane.doe:1', redirectUri: 'https://shop.example' },
  };
  const path = '/api/v2/webdeployments/token/oauthcodegrantjwtexchange';
  return String((await callJson('POST', simulator.url + path, '', body)).body['jwt']);
}

/** Inserts the id of the offer that the frame answers. */
async function withQuestion(text: string): Promise<string> {
  const offered = (['DatePicker', 'ListPicker', 'Form'] as const).find((type) => text.includes(`"${type}"`));
  const question = simulator.webMessaging.agent.offer(TOKEN, offered ?? 'Form');
  const frame = await guest.next();
  const cannedResponseId = /"cannedResponseId":"([^"]+)"/.exec(JSON.stringify(frame))?.[1] ?? '';
  return text.replaceAll(QUESTION_ID, question?.id ?? '').replace(CANNED_RESPONSE_ID, cannedResponseId);
}

function sendText(text: string): Promise<Frame> {
  if (guest.socket.readyState === WebSocket.OPEN) guest.socket.send(text);
  return guest.next();
}

describe('frames of official clients', () => {
  const samples = Object.entries(CLIENT_FRAME_SAMPLES);

  it.each(samples)('match the schema of guests: %s', (_name, { frame }) => {
    const action = String((frame as { action?: unknown }).action);

    expect(clientRules.breach(action, frame)).toBeUndefined();
  });

  it('cover each action of the schema', () => {
    const actions = new Set(samples.map(([, { frame }]) => (frame as { action?: string }).action));

    expect([...actions].sort()).toEqual(Object.keys(CLIENT_FRAMES).sort());
  });

  it.each(samples)('are answered by the simulator as by Genesys Cloud: %s', async (_name, sample) => {
    const text = await prepare(sample);

    const answer = await sendText(text);

    const { tracingId } = JSON.parse(text) as { tracingId?: string };
    const name = sample.answer;
    expectFrame(tracingId === undefined ? { ...answer, tracingId: 'none' } : answer, name);
    expect(answer.tracingId).toBe(tracingId);
  });

  it.each([
    ['text of the Java client, its channel beside the message', {}],
    ['text with custom attributes', { orderId: '42' }],
    ['join with custom attributes', { orderId: '42' }],
  ])('have custom attributes that count inside the message only: %s', async (name, attributes) => {
    await configure();
    await sendText(JSON.stringify(CLIENT_FRAME_SAMPLES[name]?.frame));

    expect(simulator.webMessaging.session(TOKEN)?.attributes).toEqual(attributes);
  });
});

describe('frames of the simulator match the contract', () => {
  const agent = (): GenesysSimulator['webMessaging']['agent'] => simulator.webMessaging.agent;
  const from = { nickname: 'Max', firstName: 'Max', lastName: 'Helper', image: '' };

  it.each<[ServerFrameName, () => unknown]>([
    ['text of a person', () => agent().say(TOKEN, { text: 'Hello', from })],
    ['text of a bot', () => agent().say(TOKEN, { text: 'Hello', by: 'Bot', type: 'Structured' })],
    ['agent types', () => agent().type(TOKEN)],
    ['agent ends the conversation, read-only', () => agent().disconnect(TOKEN)],
    [
      'agent ends the conversation, writable',
      () => agent().disconnect(TOKEN, { enabled: true, type: 'Send' }),
    ],
    ['an expired session', () => agent().expire(TOKEN)],
    ['a cleared session', () => agent().clear(TOKEN)],
    ['a guest that logged out', () => agent().logOut(TOKEN)],
    ['a connection closed by a sign-in elsewhere', () => agent().signInElsewhere(TOKEN)],
    ['a connection closed with a reason code', () => agent().signInElsewhere(TOKEN)],
  ])('when something happens: %s', async (name, act) => {
    await configure();
    await guest.say('Hello');
    act();

    const optional = name.endsWith('writable') ? ['body.originatingEntity'] : [];
    const frame = await guest.next();
    const { frame: official } = SERVER_FRAME_SAMPLES[name];
    expect(missingIn(frame, official, ['body.channel.to', 'body.content', ...optional])).toEqual([]);
    expectContract(frame);
  });

  it.each(OFFERED_CONTENT)('as an offer of a bot: %s', async (contentType) => {
    await configure();
    agent().offer(TOKEN, contentType, 'Have a look');

    const names: Readonly<Record<typeof contentType, ServerFrameName>> = {
      QuickReply: 'offered quick replies without an action',
      QuickReplyV2: 'offered quick replies of the second version',
      Attachment: 'sent attachment',
      Card: 'offered card',
      Carousel: 'offered carousel',
      DatePicker: 'offered times',
      ListPicker: 'offered list',
      Form: 'offered form',
    };
    const frame = await guest.next();
    const { frame: official } = SERVER_FRAME_SAMPLES[names[contentType]];
    const [offer] = (official as unknown as Frame).body['content'] as readonly object[];
    const [sent] = frame.body['content'] as readonly object[];
    expect(Object.keys(sent ?? {}).sort()).toEqual(Object.keys(offer ?? {}).sort());
    expectContract(frame);
  });

  it.each([
    [10, 'an upload that succeeded'],
    [9, 'an upload that failed'],
  ] as const)('after an upload of %d bytes: %s', async (bytes, name) => {
    await configure();

    expectFrame(await upload(bytes), name);
  });

  it('when a conversation that became read-only is followed by a new one', async () => {
    await configure();
    await guest.say('Hello');
    agent().disconnect(TOKEN);
    await guest.next();

    expectFrame(await configure(), 'a session that goes on read-only');
    expectFrame(await guest.ask('closeSession', { closeAllConnections: true }), 'a closed session');
    expectFrame(await configure({ startNew: true }), 'a new session with everything');
  });

  it('when a guest signs in with a session that it has', async () => {
    await configure();
    const data = { code: await login() };
    const answer = await guest.ask('configureAuthenticatedSession', { deploymentId: DEPLOYMENT_ID, data });

    expectFrame(answer, 'a session that goes on');
    expectFrame({ ...(await guest.next()), tracingId: 'none' }, 'own sign-in');
  });

  it('when a guest clears the conversation', async () => {
    await configure();
    const clear = { eventType: 'Presence', presence: { type: 'Clear' } };

    expectFrame(await guest.event(clear), 'own clear');
    expectFrame(await guest.next(), 'a cleared session');
    expectFrame(await guest.next(), 'a closed connection');
  });

  it('in a page of the history', async () => {
    await configure();
    await guest.event({ eventType: 'Presence', presence: { type: 'Join' } });
    await guest.say('Hello');
    agent().offer(TOKEN, 'QuickReply', 'Shall we book?');
    await guest.next();
    const { jwt } = (await guest.ask('getJwt')).body;
    const { body } = await callJson('GET', `${simulator.url}/api/v2/webmessaging/messages`, String(jwt));

    expect(new FrameRules({ page: HISTORY_PAGE }).breach('page', body)).toBeUndefined();
    expect(body).toMatchObject({
      entities: [{ direction: 'Outbound' }, { type: 'Text', direction: 'Inbound' }, { type: 'Event' }],
      total: 3,
    });
  });

  it('when a guest says too much at once', async () => {
    await configure();
    let answer = await guest.say('Hello');
    while (answer.class === 'StructuredMessage') answer = await guest.say('Hello');

    expectFrame(answer, 'too many messages');
  });

  it.each([
    [4020, 'onMessage', { message: { text: 'Hello' } }],
    [4020, 'onMessage', { message: { type: 'Text' } }],
    [4011, 'onMessage', { message: { type: 'Text', text: 'x'.repeat(4_097) } }],
    [
      4013,
      'onMessage',
      {
        message: {
          type: 'Text',
          text: 'x',
          channel: { metadata: { customAttributes: { a: 'x'.repeat(2_048) } } },
        },
      },
    ],
    [4009, 'getAttachment', { attachmentId: FILE_ID }],
    [4007, 'echo', { token: 'unknown', message: { type: 'Text', text: 'ping' } }],
    [4007, 'configureSession', { deploymentId: 'unknown' }],
    [403, 'configureAuthenticatedSession', { deploymentId: DEPLOYMENT_ID, data: {} }],
    [400, 'somethingElse', {}],
  ])('as a refusal with the code %d: %s %j', async (code, action, fields) => {
    await configure();
    const frame = await guest.ask(action, fields);

    expect(frame).toMatchObject({ class: 'string', code });
    expectContract(frame);
  });
});
