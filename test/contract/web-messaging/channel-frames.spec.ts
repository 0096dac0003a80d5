import { Environment } from '../../../src/config/environment';
import { GenesysConfig } from '../../../src/config/genesys.config';
import { WebMessagingConfig } from '../../../src/config/web-messaging.config';
import { anAnswer, FakeGenesysHttpClient } from '../../../src/genesys/transport/genesys-http-client.fake';
import { ClientFrames } from '../../../src/genesys/web-messaging/frames/client-frame';
import { parseFrame } from '../../../src/genesys/web-messaging/frames/parse-frame';
import { GenesysHistory } from '../../../src/genesys/web-messaging/history/genesys-history';
import { GuestLogin } from '../../../src/genesys/web-messaging/login/guest-login';
import { CLIENT_FRAMES, LOGIN_EXCHANGE } from '../../fixtures/web-messaging/client-frame-schema';
import { HISTORY_PAGE, HISTORY_PAGE_SAMPLE } from '../../fixtures/web-messaging/history-page';
import { SERVER_FRAMES } from '../../fixtures/web-messaging/server-frame-schema';
import { SERVER_FRAME_SAMPLES, TEXT_REFUSALS, textRefusal } from '../../fixtures/web-messaging/server-frames';
import { FrameRules } from '../../support/frame-rules';

const samples = Object.entries(SERVER_FRAME_SAMPLES);

describe('frames of the server from public sources', () => {
  const rules = new FrameRules(SERVER_FRAMES);

  it.each(samples)('are decoded: %s', (_name, { frame, decoded }) => {
    expect(parseFrame(JSON.stringify(frame))).toEqual(decoded);
  });

  it.each(TEXT_REFUSALS)('are decoded: a refusal with the code %d', (code) => {
    const { frame, decoded } = textRefusal(code);

    expect(parseFrame(JSON.stringify(frame))).toEqual(decoded);
  });

  it.each(samples)('match the schema of the server: %s', (_name, { frame }) => {
    expect(rules.breach(classOf(frame), frame)).toBeUndefined();
  });

  it('cover each class of the schema', () => {
    const covered = new Set(samples.map(([, { frame }]) => classOf(frame)));

    expect([...covered, 'string'].sort()).toEqual(Object.keys(SERVER_FRAMES).sort());
  });
});

const frames = new ClientFrames('guest-1');
const travelling = (journey: object): ClientFrames => new ClientFrames('guest-1', journey);
const request = { deploymentId: 'deployment-1', startNew: false };
const reply = (type: 'Button' | 'DatePicker' | 'ListPicker' | 'QuickReply'): object => ({
  text: 'Yes',
  originatingMessageId: 'question-1',
  buttons: [{ type, text: 'Yes', payload: 'yes' }],
});

/** The methods that make frames, with the variants of each frame. */
const MADE: Readonly<Record<string, readonly object[]>> = {
  configureSession: [
    frames.configureSession('t', request),
    frames.configureSession('t', { ...request, startNew: true }),
    frames.configureSession('t', { ...request, authCode: 'signed' }),
    travelling({ customerId: 'c', sessionId: 's', sessionType: 'app' }).configureSession('t', request),
    travelling({ customerId: 'c', sessionId: 's' }).configureSession('t', request),
    travelling({ customerId: 'c' }).configureSession('t', request),
    travelling({ sessionId: 's' }).configureSession('t', request),
    travelling({}).configureSession('t', request),
    travelling({ customerId: 'c' }).configureSession('t', { ...request, authCode: 'signed' }),
  ],
  message: [
    frames.message('t', { text: 'Hello' }),
    frames.message('t', { text: 'Hello', customAttributes: { orderId: '42' } }),
    frames.message('t', { attachmentIds: ['file-1', 'file-2'] }),
    frames.message('t', { text: 'Look', attachmentIds: ['file-1'], customAttributes: {} }),
    frames.message('t', reply('QuickReply')),
    frames.message('t', reply('Button')),
    frames.message('t', reply('DatePicker')),
    frames.message('t', reply('ListPicker')),
    frames.message('t', { buttons: [{ type: 'QuickReply', text: 'Yes', payload: 'yes' }] }),
    frames.message('t', {
      text: '',
      originatingMessageId: 'question-1',
      form: { cannedResponseId: 'issued-1', answers: [{ id: 'name', text: '', payload: '' }] },
    }),
  ],
  typing: [frames.typing('t')],
  join: [frames.join('t'), frames.join('t', { orderId: '42' })],
  clear: [frames.clear('t')],
  echo: [frames.echo()],
  getJwt: [frames.getJwt('t')],
  closeSession: [frames.closeSession('t')],
  announceFile: [
    frames.announceFile('t', {
      attachmentId: 'file-1',
      fileName: 'receipt.png',
      fileType: 'image/png',
      fileSize: 10,
    }),
  ],
  getAttachment: [frames.getAttachment('t', 'file-1')],
  deleteAttachment: [frames.deleteAttachment('t', 'file-1')],
  getConfiguration: [frames.getConfiguration('t', 'deployment-1')],
};

describe(ClientFrames.name, () => {
  const rules = new FrameRules(CLIENT_FRAMES);
  const made = Object.entries(MADE).flatMap(([method, variants]) =>
    variants.map((frame): [string, object] => [method, frame]),
  );

  it.each(made)('makes frames that match the contract: %s %j', (_method, frame) => {
    const onTheWire: unknown = JSON.parse(JSON.stringify(frame));

    expect(rules.breach(textAt(frame, 'action'), onTheWire)).toBeUndefined();
  });

  it('has no frame outside of the contract test', () => {
    const shared = ['constructor', 'event', 'frame'];
    const methods = Object.getOwnPropertyNames(ClientFrames.prototype);

    expect(methods.filter((name) => !shared.includes(name)).sort()).toEqual(Object.keys(MADE).sort());
  });

  it('puts custom attributes inside the message, where the platform reads them', () => {
    const attributes = { orderId: '42' };

    for (const frame of [
      frames.message('t', { text: 'Hello', customAttributes: attributes }),
      frames.join('t', attributes),
    ]) {
      expect(frame).not.toHaveProperty('channel');
      expect(frame).toHaveProperty('message.channel.metadata.customAttributes', attributes);
    }
  });
});

const environment = Object.assign(new Environment(), {
  GENESYS_API_URL: 'http://api.test',
  GENESYS_ORIGIN: 'https://shop.example',
  GENESYS_DEPLOYMENT_ID: 'deployment-1',
});

describe(GenesysHistory.name, () => {
  it('reads a page from a public source', async () => {
    const http = new FakeGenesysHttpClient();
    const history = new GenesysHistory(
      http,
      new GenesysConfig(environment),
      new WebMessagingConfig(environment),
    );
    const { page, decoded } = HISTORY_PAGE_SAMPLE;
    http.next(anAnswer(200, page));

    expect(new FrameRules({ page: HISTORY_PAGE }).breach('page', page)).toBeUndefined();
    expect(await history.page('signed', 1, new AbortController().signal)).toEqual({
      messages: decoded,
      isLast: true,
    });
  });
});

describe(GuestLogin.name, () => {
  const rules = new FrameRules({ exchange: LOGIN_EXCHANGE });

  it.each([
    [{ authCode: 'code', redirectUri: 'https://shop.example', codeVerifier: 'verifier' }, {}],
    [
      { authCode: 'code', redirectUri: 'https://shop.example' },
      { customerId: 'c', sessionId: 's' },
    ],
    [{ idToken: 'signed', nonce: 'once' }, { customerId: 'c' }],
    [{ idToken: 'signed', nonce: 'once' }, { sessionId: 's' }],
  ])('exchanges a login with a body that matches the contract: %j %j', async (asked, journey) => {
    const http = new FakeGenesysHttpClient();
    const login = new GuestLogin(http, new GenesysConfig(environment), new WebMessagingConfig(environment));
    http.next(anAnswer(200, { jwt: 'signed' }));

    await login.exchange(asked, new AbortController().signal, journey);

    expect(rules.breach('exchange', JSON.parse(http.requests[0]?.body ?? ''))).toBeUndefined();
  });
});

function classOf(frame: object): string {
  return textAt(frame, 'class');
}

function textAt(frame: object, field: string): string {
  return String(Object.getOwnPropertyDescriptor(frame, field)?.value);
}
