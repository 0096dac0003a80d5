import { GenesysSimulator } from '../genesys-simulator';
import { channelOf, INTEGRATION, OpenMiddleware, SECRET } from './open-middleware.fake';

const MINUTE_MS = 60_000;
const CHOICE = { type: 'Button', text: 'a', payload: 'b' };

let simulator: GenesysSimulator;
let middleware: OpenMiddleware;
let time = 1_800_000_000_000;

function attachmentOf(fields: object): object {
  const attachment = { mediaType: 'Image', url: 'https://a/b', mime: 'image/png', ...fields };
  return { contentType: 'Attachment', attachment };
}

async function start(options: object = {}): Promise<void> {
  const integrations = [
    { id: INTEGRATION, secret: SECRET, name: 'Product' },
    { id: 'other', secret: SECRET },
  ];
  simulator = await GenesysSimulator.start({
    now: () => time,
    tokenLifetimeSeconds: 10_000_000,
    openMessaging: { integrations, ...options },
  });
  middleware = await OpenMiddleware.logIn(simulator);
}

beforeEach(() => start());
afterEach(() => simulator.close());

describe('an inbound message', () => {
  const message = {
    channel: {
      from: { id: 'guest-1', idType: 'email', nickname: 'Bob' },
      time: '2026-11-22T08:00:00.000Z',
      messageId: 'ext-1',
      metadata: { customAttributes: { orderId: '42' } },
    },
    text: 'hello',
    content: [
      {
        contentType: 'Attachment',
        attachment: { mediaType: 'Image', url: 'https://a/b', mime: 'image/png' },
      },
    ],
    metadata: { any: 'string' },
  };

  it('starts a conversation and is answered in the normalised form', async () => {
    const { status, body } = await middleware.inbound('message', message);

    expect(status).toBe(200);
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      channel: {
        id: INTEGRATION,
        platform: 'Open',
        type: 'Private',
        messageId: 'ext-1',
        to: { id: INTEGRATION },
        from: message.channel.from,
        time: message.channel.time,
      },
      type: 'Text',
      text: 'hello',
      content: message.content,
      metadata: { any: 'string' },
      direction: 'Inbound',
    });
    expect(simulator.openMessaging.conversation('guest-1')).toMatchObject({
      posts: 1,
      received: [{ id: body['id'], messageId: 'ext-1', text: 'hello', time: message.channel.time, at: time }],
      customer: { name: 'Bob', attributes: { orderId: '42' } },
    });
  });

  it('may have contents without a type, which are attachments', async () => {
    const [{ attachment }] = message.content as [(typeof message.content)[0]];
    const { status, body } = await middleware.inbound('message', { ...message, content: [{ attachment }] });

    expect(status).toBe(200);
    expect(body['content']).toEqual(message.content);
    expect(simulator.openMessaging.conversation('guest-1')?.received[0]?.content).toEqual(message.content);
  });

  it('is answered with the conversation only on request', async () => {
    const { body } = await middleware.inbound('message?prefetchConversationId=true', message);

    expect(body['conversationId']).toBe(simulator.openMessaging.conversation('guest-1')?.id);
  });

  it('has no second effect with the same message id, and gets the same answer', async () => {
    const first = await middleware.inbound('message', message);
    const second = await middleware.inbound('message', { ...message, text: 'changed' });
    await middleware.inbound('message', { ...message, channel: { ...message.channel, messageId: 'ext-2' } });

    expect(second).toEqual(first);
    expect(simulator.openMessaging.conversation('guest-1')).toMatchObject({
      posts: 3,
      repeats: 1,
      received: [{ messageId: 'ext-1' }, { messageId: 'ext-2' }],
    });
  });

  it('counts message ids for each guest and integration', async () => {
    const ids = await Promise.all(
      ['guest-1', 'guest-2'].map((guest) => middleware.say(guest, 'hi', { messageId: 'ext-1' })),
    );
    await middleware.inbound('message', { channel: channelOf('guest-1'), text: 'hi' }, 'other');

    expect(new Set(ids).size).toBe(2);
    expect(simulator.openMessaging.conversations.map(({ posts }) => posts)).toEqual([1, 1, 1]);
  });

  it('joins all messages of a guest, and merges attributes and names', async () => {
    const first = await middleware.say('guest-1', 'one', {
      metadata: { customAttributes: { a: '1', b: '1' } },
    });
    const second = await middleware.say('guest-1', 'two', {
      from: { id: 'guest-1', idType: 'Opaque', firstName: 'Bo', lastName: 'Ob' },
      metadata: { customAttributes: { b: '2' } },
    });

    expect(second).toBe(first);
    expect(simulator.openMessaging.conversation(first)?.customer).toMatchObject({
      name: 'Bo Ob',
      attributes: { a: '1', b: '2' },
    });
  });

  it.each<[string, string, object]>([
    ['channel.from.id', 'message', { channel: channelOf('') }],
    ['channel.from.idType', 'message', { channel: channelOf('g', { from: { id: 'g', idType: 'Name' } }) }],
    ['channel.time', 'message', { channel: channelOf('g', { time: 'today' }) }],
    ['channel.messageId', 'message', { channel: channelOf('g', { messageId: 1 }) }],
    ['text', 'message', { text: '' }],
    ['content', 'message', { content: [{ contentType: 'Attachment', attachment: { url: 'https://a/b' } }] }],
    ['content', 'message', { content: [attachmentOf({ url: 'b.png' })] }],
    ['content', 'message', { content: [attachmentOf({ mime: '' })] }],
    ['content', 'message', { content: [attachmentOf({ mediaType: 'Picture' })] }],
    ['content', 'message', { content: [attachmentOf({ filename: 7 })] }],
    ['content', 'message', { content: ['text'] }],
    ['content', 'message', { content: [{ attachment: { url: 'https://a/b' } }] }],
    ['metadata', 'message', { metadata: { a: 1 } }],
    ['metadata.customAttributes', 'message', { metadata: { customAttributes: 'x' } }],
    [
      'channel.metadata.customAttributes',
      'message',
      { channel: channelOf('g', { metadata: { customAttributes: { a: 1 } } }) },
    ],
    ['events', 'event', { events: [] }],
    ['events', 'event', { events: [{ eventType: 'Presence' }] }],
    ['status', 'receipt', { status: 'Read' }],
    ['id', 'receipt', { id: '' }],
    ['channel.to.id', 'receipt', { channel: { time: '2026-11-22T08:00:00.000Z' } }],
    [
      'buttonResponse.type',
      'structured/response',
      { buttonResponse: { type: 'Menu', text: 'a', payload: 'b' } },
    ],
    ['buttonResponse.payload', 'structured/response', { buttonResponse: { type: 'Button', text: 'a' } }],
    ['originatingMessageId', 'structured/response', { buttonResponse: CHOICE }],
  ])('is refused for its %s (%s)', async (fieldName, kind, fields) => {
    const valid = {
      message: { channel: channelOf('g'), text: 'hi' },
      event: { channel: channelOf('g'), events: [{ eventType: 'Typing' }] },
      receipt: { id: 'x', channel: { to: { id: 'g' }, time: '2026-11-22T08:00:00.000Z' }, status: 'Sent' },
    }[kind];
    const { status, body } = await middleware.inbound(kind, { channel: channelOf('g'), ...valid, ...fields });

    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'bad.request', contextId: expect.any(String) });
    expect(body['details']).toContainEqual({ errorCode: 'invalid.value', fieldName });
    expect(simulator.openMessaging.conversations).toEqual([]);
  });

  it('needs a known integration, a known kind, POST and a token', async () => {
    expect((await middleware.inbound('message', message, 'unknown')).status).toBe(404);
    expect((await middleware.inbound('presence', message)).status).toBe(404);
    const path = `/api/v2/conversations/messages/${INTEGRATION}/inbound/open/message`;
    expect((await middleware.call('GET', path)).status).toBe(405);
    const bare = await fetch(simulator.url + path, { method: 'POST', body: '{}' });
    expect(bare.status).toBe(401);
    expect(bare.headers.get('inin-ratelimit-allowed')).not.toBeNull();
  });

  it('is accepted with 202 by option', async () => {
    await simulator.close();
    await start({ inboundStatus: 202 });

    expect((await middleware.inbound('message', message)).status).toBe(202);
  });

  it('is found in the journal and by faults under its conversation', async () => {
    const conversationId = await middleware.say('guest-1', 'one');
    simulator.faults.add({ match: { conversationId }, fault: { kind: 'status', status: 503 }, times: 1 });

    expect((await middleware.inbound('message', message)).status).toBe(503);
    expect(simulator.requests.count({ conversationId, status: 503 })).toBe(1);
    expect(simulator.openMessaging.conversation('guest-1')?.posts).toBe(1);
  });
});

describe('the threading timeline', () => {
  it('continues an ended conversation within it and starts another after it', async () => {
    const first = await middleware.say('guest-1', 'one');
    simulator.openMessaging.agent.end('guest-1', 'agent');
    time += 4_320 * MINUTE_MS - 1;
    const second = await middleware.say('guest-1', 'two');
    const revived = simulator.openMessaging.conversation('guest-1');

    expect(second).toBe(first);
    expect(revived).toMatchObject({ isOpen: true, revivals: 1, endedBy: undefined });
    expect(revived?.customer.sessions).toMatchObject([{ disconnectType: 'peer' }, { endedAt: undefined }]);
    simulator.openMessaging.agent.end('guest-1', 'agent');
    time += 4_320 * MINUTE_MS;
    expect(await middleware.say('guest-1', 'three')).not.toBe(first);
  });

  it('of 0 starts another after each end, and none before', async () => {
    await simulator.close();
    await start({ threadingMinutes: 0 });
    const first = await middleware.say('guest-1', 'one');
    time += 10_000 * MINUTE_MS;
    const second = await middleware.say('guest-1', 'two');
    simulator.openMessaging.agent.end('guest-1', 'customer');
    const third = await middleware.say('guest-1', 'three');

    expect(second).toBe(first);
    expect(third).not.toBe(first);
    expect(simulator.openMessaging.conversation('guest-1')?.id).toBe(third);
    expect(simulator.openMessaging.conversation(first)?.isOpen).toBe(false);
  });
});

describe('the other inbound requests', () => {
  it('count typing events, which may start a conversation without naming it', async () => {
    const events = [{ eventType: 'Typing' }];
    const { status, body } = await middleware.inbound('event', { channel: channelOf('guest-1'), events });

    expect(status).toBe(200);
    expect(body).toMatchObject({
      type: 'Event',
      events: [{ eventType: 'Typing', typing: { type: 'On', duration: 5_000 } }],
      direction: 'Inbound',
    });
    expect(body).not.toHaveProperty('conversationId');
    expect(simulator.openMessaging.conversation('guest-1')).toMatchObject({ typings: 1, posts: 0 });
  });

  it('keep receipts about outbound messages and count others', async () => {
    await middleware.say('guest-1', 'hi');
    const id = simulator.openMessaging.agent.say('guest-1', 'hello')?.id;
    const receipt = {
      channel: { to: { id: 'guest-1' }, time: '2026-11-22T08:00:00.000Z' },
      status: 'Failed',
      isFinalReceipt: true,
      reasons: [{ code: 'GeneralError' }],
    };
    const known = await middleware.inbound('receipt', { ...receipt, id });
    const unknown = await middleware.inbound('receipt', { ...receipt, id: 'unknown' });

    expect([known.status, unknown.status]).toEqual([200, 200]);
    expect(simulator.openMessaging.conversation('guest-1')?.receipts).toEqual([
      { id, status: 'Failed', isFinal: true, reasons: [{ code: 'GeneralError' }], at: time },
    ]);
    expect(simulator.openMessaging.inbound.unknownReceipts).toBe(1);
  });

  it('take a structured response into an existing conversation only', async () => {
    const buttonResponse = { type: 'QuickReply', text: 'Yes', payload: 'yes' };
    const response = { channel: channelOf('guest-1'), buttonResponse, originatingMessageId: 'm' };
    expect((await middleware.inbound('structured/response', response)).status).toBe(404);
    await middleware.say('guest-1', 'hi');

    const { body } = await middleware.inbound('structured/response', response);

    const content = [{ contentType: 'ButtonResponse', buttonResponse }];
    expect(body).toMatchObject({ type: 'Structured', text: 'Yes', content, originatingMessageId: 'm' });
    expect(simulator.openMessaging.conversation('guest-1')?.received.at(-1)).toMatchObject({
      kind: 'structured-response',
      content,
    });
  });
});
