import { createHmac } from 'node:crypto';
import { INTEGRATION, SECRET } from './open-middleware.fake';
import { OpenMessagingOptions } from './open-messaging-options';
import { WebhookReceiver } from './webhook-receiver.fake';
import { WebhookWorld } from './webhook-world.fake';

let world: WebhookWorld;
let receiver: WebhookWorld['receiver'];
let middleware: WebhookWorld['middleware'];
let open: WebhookWorld['open'];
let simulator: WebhookWorld['simulator'];

function enter(next: WebhookWorld): void {
  world = next;
  ({ receiver, middleware, open, simulator } = world);
}

async function restart(options: OpenMessagingOptions): Promise<void> {
  enter(await world.restarted(options));
}

beforeEach(async () => {
  enter(await WebhookWorld.start());
});
afterEach(() => world.close());

describe('the outbound webhook', () => {
  it('carries an agent message in the exact form, signed over the raw bytes', async () => {
    const said = open.agent.say('guest-1', 'Hello there! ü');
    await open.settled();

    const { method, headers, raw, body } = receiver.first;
    expect(method).toBe('POST');
    expect(body).toEqual({
      id: said?.id,
      channel: {
        id: INTEGRATION,
        platform: 'Open',
        type: 'Private',
        to: { id: 'guest-1' },
        from: { nickname: 'Product', id: INTEGRATION, idType: 'Opaque' },
        time: '2026-11-22T08:00:00.000Z',
        messageId: said?.id,
      },
      type: 'Text',
      text: 'Hello there! ü',
      originatingEntity: 'Human',
      direction: 'Outbound',
    });
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      authorization: 'Bearer x',
      'x-hub-signature-256': `sha256=${createHmac('sha256', SECRET).update(raw).digest('base64')}`,
    });
  });

  it('carries attachments as Text, and other content as Structured', async () => {
    const attachment = { mediaType: 'File', url: 'https://a/b', mime: 'text/plain', filename: 'b' };
    const quickReply = { text: 'Yes', payload: 'yes', action: 'Message' };
    open.agent.say('guest-1', { content: [{ contentType: 'Attachment', attachment }] });
    open.agent.say('guest-1', {
      text: 'Well?',
      content: [{ contentType: 'QuickReply', quickReply }],
      by: 'Bot',
    });
    await open.settled();

    const [first, second] = receiver.received.map(({ body }) => body);
    expect(first).toMatchObject({ type: 'Text', content: [{ contentType: 'Attachment', attachment }] });
    expect(first).not.toHaveProperty('text');
    expect(second).toMatchObject({
      type: 'Structured',
      text: 'Well?',
      originatingEntity: 'Bot',
      content: [{ contentType: 'QuickReply', quickReply }],
    });
  });

  it('carries typing events without text and originating entity', async () => {
    open.agent.type('guest-1');
    await open.settled();

    const { channel, id, ...rest } = receiver.first.body;
    expect(channel).toMatchObject({ messageId: id, to: { id: 'guest-1' } });
    expect(rest).toEqual({
      type: 'Event',
      events: [{ eventType: 'Typing', typing: { type: 'On', duration: 5_000 } }],
      direction: 'Outbound',
    });
  });

  it.each([
    ['both', 'platform', 'ext-1'],
    ['platform-id', 'platform', 'platform'],
    ['message-id', 'ext-1', 'ext-1'],
  ] as const)('carries receipts that name %s', async (receiptNames, id, messageId) => {
    await restart({ receiptNames, receiptStatuses: ['Published'] });
    await open.settled();

    const platform = open.conversation('guest-1')?.received[0]?.id;
    const named = (name: string): unknown => (name === 'platform' ? platform : name);
    expect(receiver.received.map(({ body }) => body)).toMatchObject([
      {
        id: named(id),
        channel: { messageId: named(messageId) },
        type: 'Receipt',
        status: 'Published',
        isFinalReceipt: false,
        direction: 'Outbound',
      },
    ]);
  });

  it('names the conversation by option, and never sends an end', async () => {
    await restart({ conversationIdInWebhooks: true });
    open.agent.say('guest-1', 'bye');
    open.agent.end('guest-1', 'agent');
    await open.settled();

    expect(receiver.received.map(({ body }) => body)).toMatchObject([
      { text: 'bye', conversationId: open.conversation('guest-1')?.id },
    ]);
    expect(open.agent.say('guest-1', 'too late')).toBeUndefined();
  });

  it('may concern a guest that never wrote', async () => {
    open.agent.start(INTEGRATION, 'guest-2', 'News for you');
    await open.settled();

    expect(receiver.received[0]?.body).toMatchObject({
      channel: { to: { id: 'guest-2' } },
      text: 'News for you',
    });
    expect(open.conversation('guest-2')).toMatchObject({ direction: 'outbound', posts: 0 });
    expect(open.agent.start('unknown', 'guest-2', 'x')).toBeUndefined();
  });

  it('may hold any JSON with any signature', async () => {
    const delivery = open.deliverRaw(INTEGRATION, { id: 'x', type: 'New' }, 'wrong');
    await open.settled();

    const { raw, headers } = receiver.first;
    expect(JSON.parse(raw)).toEqual({ id: 'x', type: 'New' });
    const digest = createHmac('sha256', 'wrong').update(raw).digest('base64');
    expect(headers['x-hub-signature-256']).toBe(`sha256=${digest}`);
    expect(delivery.outcome).toBe('delivered');
    expect(open.deliverRaw('unknown', {}).outcome).toBe('undeliverable');
  });
});

describe('the retries of a webhook', () => {
  const outcome = (): unknown => open.deliveries.map(({ outcome: one }) => one);
  const statuses = (): unknown =>
    open.deliveries[0]?.attempts.map((one) => ('status' in one ? one.status : one.failure));

  it('follow 5xx, 429, a time-out and a broken connection, with the same bytes', async () => {
    await restart({ webhookTimeoutMs: 1_000 });
    receiver.replies.push(500, 429, 'hang', 'reset');
    open.agent.say('guest-1', 'Hi');
    await open.settled();

    expect(statuses()).toEqual([500, 429, 'timeout', 'connection', 200]);
    expect(outcome()).toEqual(['delivered']);
    expect(new Set(receiver.received.map(({ raw }) => raw)).size).toBe(1);
  });

  it('end after the first and five more', async () => {
    receiver.replies.push(...Array<number>(10).fill(503));
    open.agent.say('guest-1', 'Hi');
    await open.settled();

    expect(receiver.received).toHaveLength(7);
    expect(outcome()).toEqual(['failed']);
  });

  it.each([400, 404, 302])('do not follow %i', async (status) => {
    receiver.replies.push(status);
    open.agent.say('guest-1', 'Hi');
    await open.settled();

    expect(statuses()).toEqual([status]);
    expect(outcome()).toEqual(['refused']);
  });

  it('wait for the first longer than for the others, and go to the address of that time', async () => {
    await restart({ retryFirstMs: 600_000, retryEveryMs: 0 });
    receiver.replies.push(503);
    open.agent.say('guest-1', 'Hi');
    await receiver.waitFor(() => open.deliveries[0]?.attempts.length === 1);
    expect(open.webhooks.pending).toBe(1);
    await restart({ retryFirstMs: 0, retryEveryMs: 600_000 });
    const other = await WebhookReceiver.start();
    receiver.received.length = 0;
    receiver.replies.push('hang');
    open.agent.say('guest-1', 'Hi');
    await receiver.waitFor(() => receiver.received.length === 1);
    other.replies.push(503);
    expect(open.setWebhook(INTEGRATION, other.url)).toBe(true);
    await receiver.close();
    await receiver.waitFor(() => open.deliveries[0]?.attempts.length === 2);
    expect(statuses()).toEqual(['connection', 503]);
    receiver = other;
    expect(open.webhooks.pending).toBe(1);
  });

  it('do not delay later messages of the guest', async () => {
    receiver.replies.push(503);
    open.agent.say('guest-1', 'one');
    open.agent.say('guest-1', 'two');
    await open.settled();

    expect(receiver.texts).toEqual(['one', 'two', 'one']);
  });

  it('end with a reset, which settles all deliveries', async () => {
    await restart({ retryFirstMs: 600_000 });
    receiver.replies.push(503, 'hang');
    const { id } = open.conversation('guest-1') ?? {};
    open.agent.say('guest-1', 'one');
    open.agent.say('guest-1', 'two');
    open.agent.say('guest-1', 'three');
    await receiver.waitFor(() => receiver.received.length === 2);
    const [first] = open.deliveries;
    const settled = open.settled();
    simulator.reset();
    await settled;

    expect(first?.outcome).toBe('dropped');
    expect(open.webhooks).toMatchObject({ pending: 0, total: 0, deliveries: [] });
    expect(open.conversation(String(id))).toBeUndefined();
    await middleware.say('guest-1', 'again');
    open.agent.say('guest-1', 'four');
    await open.settled();
    expect(receiver.texts.at(-1)).toBe('four');
  });
});
