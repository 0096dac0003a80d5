import { GenesysSimulator } from '../genesys-simulator';
import { DEMO_DEPLOYMENT_ID } from './deployment';
import { Frame, GuestClient } from './guest-client.fake';

// Checks each frame of the contract for exactly its fields.
const NOW = Date.parse('2026-11-22T19:24:26.704Z');
const TIME = '2026-11-22T19:24:26.704Z';
const HEX = expect.stringMatching(/^[0-9a-f]{32}$/);
const UUID = expect.stringMatching(/^[0-9a-f-]{36}$/);

let simulator: GenesysSimulator;
let guest: GuestClient;
let configured: Frame;

beforeEach(async () => {
  simulator = await GenesysSimulator.start({ now: () => NOW });
  guest = await GuestClient.connect(simulator.url, 'guest-1');
  configured = await guest.configure();
});
afterEach(() => simulator.close());

const message = (body: object, tracingId?: string): object => ({
  type: 'message',
  class: 'StructuredMessage',
  code: 200,
  body,
  ...(tracingId === undefined ? {} : { tracingId }),
});
const inbound = (body: object): object =>
  message({ direction: 'Inbound', id: HEX, channel: { time: TIME, messageId: UUID }, ...body }, 't');
const inboundText = (body: object, metadata: object = {}): object =>
  inbound({ originatingEntity: '', metadata: { ...metadata, correlationId: UUID }, ...body });
const outbound = (body: object): object =>
  message({ direction: 'Outbound', id: HEX, metadata: { correlationId: UUID }, ...body });
const HUMAN_CHANNEL = {
  time: TIME,
  type: 'Private',
  from: { nickname: 'Agent', firstName: 'Ada', lastName: 'Agent', image: '' },
};

describe('the answers to a guest', () => {
  it('SessionResponse', () => {
    expect(configured).toEqual({
      type: 'response',
      class: 'SessionResponse',
      code: 200,
      body: {
        connected: true,
        newSession: true,
        readOnly: false,
        maxCustomDataBytes: 2048,
        allowedMedia: { inbound: { fileTypes: [{ type: '*/*' }], maxFileSizeKB: 10240 } },
        blockedExtensions: ['.ade', '.adp'],
        clearedExistingSession: false,
        durationSeconds: 259200,
        expirationDate: Math.floor(NOW / 1000) + 259200,
        autoStarted: false,
      },
      tracingId: 't',
    });
  });

  it('the echo, with its numbers as strings', async () => {
    const expirationDate = String(Math.floor(NOW / 1000) + 259200);

    expect(await guest.ask('echo', { message: { text: 'ping', type: 'Text' } })).toEqual({
      type: 'response',
      class: 'StructuredMessage',
      code: 200,
      body: {
        text: 'ping',
        type: 'Text',
        direction: 'Inbound',
        id: HEX,
        metadata: { durationSeconds: '259200', expirationDate },
      },
      tracingId: 't',
    });
  });

  it('JwtResponse', async () => {
    expect(await guest.ask('getJwt')).toEqual({
      type: 'response',
      class: 'JwtResponse',
      code: 200,
      body: { jwt: expect.any(String), exp: Math.floor(NOW / 1000) + 60 },
      tracingId: 't',
    });
  });

  it('GetConfigurationResponse', async () => {
    expect(await guest.ask('getConfiguration', { deploymentId: DEMO_DEPLOYMENT_ID })).toEqual({
      type: 'response',
      class: 'GetConfigurationResponse',
      code: 200,
      body: {
        allowedMedia: { inbound: { fileTypes: [{ type: '*/*' }], maxFileSizeKB: 10240 } },
        blockedExtensions: ['.ade', '.adp'],
        maxCustomDataBytes: 2048,
        messageRoutingEnabled: true,
        sessionDurationSeconds: 259200,
      },
      tracingId: 't',
    });
  });

  it('ResumeTokenResponse', async () => {
    expect(await guest.ask('resumeToken')).toEqual({
      type: 'response',
      class: 'ResumeTokenResponse',
      code: 200,
      body: { resumeToken: expect.any(String), exp: expect.any(Number) },
      tracingId: 't',
    });
  });

  it('is without a tracing id when the request was', async () => {
    guest.socket.send(JSON.stringify({ action: 'getJwt', token: 'guest-1' }));

    expect(await guest.next()).not.toHaveProperty('tracingId');
  });
});

describe("an echo of the guest's message is sent", () => {
  it('as text', async () => {
    expect(await guest.say('Hello world!')).toEqual(inboundText({ type: 'Text', text: 'Hello world!' }));
  });

  it.each([{ type: 'Text' }, { type: 'Structured' }])('as an answer to a question, %j', async ({ type }) => {
    const content = [
      {
        contentType: 'ButtonResponse',
        buttonResponse: { text: 'Yes', payload: 'yes_p', type: 'QuickReply' },
      },
    ];

    expect(await guest.say('Yes', { type, content })).toEqual(inboundText({ type, text: 'Yes', content }));
  });

  it('with the metadata of the message', async () => {
    const metadata = { id: 'aaa-bbb' };

    expect(await guest.say('Hi', { metadata })).toEqual(inboundText({ type: 'Text', text: 'Hi' }, metadata));
  });

  it('without its metadata, also in the history, where the server identifies messages by the tracing id', async () => {
    await using other = await GenesysSimulator.start({
      webMessaging: { deployments: [{ keepsMetadata: false }] },
    });
    await using sender = await GuestClient.connectAndConfigure(other.url, 'guest-1');
    const { tracingId, body } = await sender.say('Hi', { metadata: { id: 'aaa-bbb' } });

    expect([tracingId, body['metadata']]).toEqual(['t', { correlationId: UUID }]);
    expect(other.webMessaging.session('guest-1')?.messages[0]?.toEntity()).toMatchObject({ metadata: {} });
  });

  it.each([
    { eventType: 'Typing', typing: { type: 'On' } },
    { eventType: 'Presence', presence: { type: 'Join' } },
  ])('as the event %j', async (event) => {
    expect(await guest.event(event)).toEqual(inbound({ type: 'Event', events: [event] }));
  });
});

describe('a message of the organisation is sent', () => {
  it('from an agent', async () => {
    simulator.webMessaging.agent.say('guest-1', 'Hi');

    expect(await guest.next()).toEqual(
      outbound({ text: 'Hi', channel: HUMAN_CHANNEL, type: 'Text', originatingEntity: 'Human' }),
    );
  });

  it('from a bot, which has no name, with quick replies', async () => {
    const content = [
      {
        contentType: 'QuickReply',
        quickReply: { text: 'text_a', payload: 'payload_a', action: 'action_a' },
      },
    ];
    simulator.webMessaging.agent.say('guest-1', { text: 'Hi', content, by: 'Bot' });

    expect(await guest.next()).toEqual(
      outbound({
        text: 'Hi',
        channel: { time: TIME, type: 'Private', from: {} },
        type: 'Structured',
        content,
        originatingEntity: 'Bot',
      }),
    );
  });

  it('with an attachment', async () => {
    const attachment = { id: 'a', filename: 'image.png', mediaType: 'Image', fileSize: 424242 };
    const content = [{ contentType: 'Attachment', attachment }];
    simulator.webMessaging.agent.say('guest-1', { text: 'Hi', content });

    expect(await guest.next()).toMatchObject({ body: { type: 'Text', content } });
  });

  it('as an agent types', async () => {
    simulator.webMessaging.agent.type('guest-1');

    expect(await guest.next()).toEqual(
      outbound({
        type: 'Event',
        channel: { time: TIME, messageId: expect.any(String) },
        events: [{ eventType: 'Typing', typing: { type: 'On', duration: 5000 } }],
      }),
    );
  });

  it('when the agent ends the conversation', async () => {
    await guest.say('Hello');
    simulator.webMessaging.agent.disconnect('guest-1');
    const oneLater = new Date(NOW + 1).toISOString();

    expect(await guest.next()).toEqual(
      outbound({
        type: 'Event',
        channel: { time: oneLater, messageId: expect.any(String) },
        metadata: { readOnly: 'true' },
        events: [{ eventType: 'Presence', presence: { type: 'Disconnect' } }],
      }),
    );
  });
});

describe('the end of a session is notified', () => {
  it('when the guest clears it: its own event, two more, and the socket closes', async () => {
    const event = { eventType: 'Presence', presence: { type: 'Clear' } };

    expect(await guest.event(event)).toEqual(inbound({ type: 'Event', events: [event] }));
    expect(await guest.next()).toEqual({
      type: 'message',
      class: 'SessionClearedEvent',
      code: 200,
      body: {},
    });
    expect(await guest.next()).toEqual({
      type: 'message',
      class: 'ConnectionClosedEvent',
      code: 200,
      body: {},
    });
    expect(await guest.closed()).toMatchObject({ code: 1000 });
    expect(simulator.webMessaging.session('guest-1')).toMatchObject({ endedBy: 'cleared' });
  });

  it('when it expires', async () => {
    simulator.webMessaging.agent.expire('guest-1');

    expect(await guest.next()).toEqual({
      type: 'response',
      class: 'SessionExpiredEvent',
      code: 200,
      body: {},
    });
  });

  it('when the guest logs out elsewhere', async () => {
    simulator.webMessaging.agent.logOut('guest-1');

    expect(await guest.next()).toEqual({ type: 'message', class: 'LogoutEvent', code: 200, body: {} });
  });

  it('when the guest signs in elsewhere', async () => {
    simulator.webMessaging.agent.signInElsewhere('guest-1');

    expect(await guest.next()).toEqual({
      type: 'message',
      class: 'ConnectionClosedEvent',
      code: 200,
      body: { reason: 'signedIn', reasonCode: 'signedIn' },
    });
    expect(await guest.closed()).toMatchObject({ code: 1000 });
  });
});
