import { createHmac } from 'node:crypto';
import { DataRefusedError } from '../../src/common/errors/data-refused.errors';
import { StorageUnavailableError } from '../../src/common/errors/storage-unavailable.errors';
import { webhookUrlOf } from '../../src/genesys/open-messaging/admin/platform-integration';
import { OPEN_INTEGRATION } from '../../src/open-messaging-environment';
import { MessageIntake } from '../../src/session/ports/message-intake';
import type { OpenConversation } from '../../src/simulator/open-messaging/open-conversation';
import { World } from '../../src/world';
import { type Answer, ApiClient } from '../support/api-client';
import { EventClient } from '../support/event-client';
import { LogCapture } from '../support/log-capture';
import { storedText } from '../support/stored-text';
import { until } from '../support/until';

const FORM_REPLY = {
  formResponse: { cannedResponseId: 'c', answers: [{ id: 'a', text: 'a', payload: 'a' }] },
  originatingMessageId: 'offer',
};

interface Item {
  readonly direction: string;
  readonly text: string;
}

describe('sessions over open-messaging', () => {
  let world: World;
  let api: ApiClient;
  const logs = new LogCapture();

  beforeAll(async () => {
    world = await World.start({
      logOutput: logs,
      webMessaging: true,
      openMessaging: true,
      genesys: { openMessaging: { retryFirstMs: 50, retryEveryMs: 50 } },
      environment: { GENESYS_CHANNEL: 'open-messaging', HEARTBEAT_MAX_INTERVAL_MS: '1000' },
    });
    api = new ApiClient(world.url);
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });

  interface Opened {
    readonly id: string;
    readonly body: Answer['body'];
    readonly upstream: OpenConversation;
  }

  async function opened(request: object = {}): Promise<Opened> {
    const { status, body } = await api.open({ text: 'Where is my order?', ...request });
    if (status !== 201) throw new Error(`It was answered with ${status} ${JSON.stringify(body)}`);
    const id = String(body['conversationId']);
    const { genesysConversationId } = (await api.get(id)).body;
    const upstream = world.genesys.openMessaging.conversation(String(genesysConversationId));
    if (upstream === undefined) throw new Error('The conversation is not known upstream.');
    return { id, body, upstream };
  }

  const listed = async (id: string): Promise<string[]> => {
    const { body } = await api.request('GET', `/v1/sessions/${id}/messages`);
    return (body['items'] as Item[]).map(({ direction, text }) => `${direction} ${text}`);
  };

  async function webhook(
    body: string,
    options: { secret?: string; integrationId?: string } = {},
  ): Promise<number> {
    const { secret = OPEN_INTEGRATION.secret, integrationId = OPEN_INTEGRATION.id } = options;
    const signature = createHmac('sha256', secret).update(body).digest('base64');
    const { status } = await fetch(webhookUrlOf(world.url, integrationId), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` },
      body,
    });
    return status;
  }

  async function counted(outcome: string): Promise<number> {
    const { body } = await api.request('GET', '/metrics');
    const line = new RegExp(`^guest_sessions_webhooks_received_total\\{outcome="${outcome}"\\} (\\d+)$`, 'm');
    return Number(line.exec(String(body['text']))?.[1] ?? 0);
  }

  describe('opening', () => {
    it('sends the first message with attributes, names and an id of its own', async () => {
      const names = { name: 'Ada', firstName: 'Ada', lastName: 'Lovelace', email: 'ada@example.com' };
      const { id, body, upstream } = await opened({ ...names, customAttributes: { orderId: '42' } });

      expect(upstream.received).toMatchObject([{ text: 'Where is my order?', messageId: id }]);
      expect(upstream.customer.attributes).toEqual({
        orderId: '42',
        guestSessionId: id,
        guestQueueId: 'support',
      });
      expect(upstream.guestId).not.toBe(body['guestIdToken']);
      expect(upstream.posts).toBe(1);
    });

    it.each([
      [{ text: undefined }, 400, 'validation-failed'],
      [{ text: '' }, 400, 'validation-failed'],
      [{ integrationId: 'another' }, 400, 'validation-failed'],
      [{ email: 'without-at-sign' }, 400, 'validation-failed'],
      [{ guestId: 'with space' }, 400, 'validation-failed'],
      [{ channel: 'web-messaging' }, 409, 'not-supported-by-channel'],
      [{ channel: 'conversations-messaging' }, 409, 'not-supported-by-channel'],
      [{ journeyContext: { customerId: 'c' } }, 409, 'not-supported-by-channel'],
    ])('is refused with %j, and sends nothing', async (request, status, code) => {
      const before = world.genesys.openMessaging.conversations.length;

      expect(await api.open({ text: 'Hello', ...request })).toMatchObject({ status, body: { code } });
      expect(world.genesys.openMessaging.conversations).toHaveLength(before);
    });

    it('happens once for each key, however often it is sent', async () => {
      const headers = { 'idempotency-key': 'open-messaging-once' };
      const first = await api.open({ text: 'Once' }, headers);
      const second = await api.open({ text: 'Once' }, headers);

      expect(second.body).toEqual(first.body);
      const { openMessaging } = world.genesys;
      expect(openMessaging.conversations.filter(({ received }) => received[0]?.text === 'Once')).toHaveLength(
        1,
      );
    });

    it('refuses a guest that has a session, and continues its thread afterwards', async () => {
      const first = await opened({ guestId: 'customer-1' });

      expect(await api.open({ text: 'Again', guestId: 'customer-1' })).toMatchObject({
        status: 409,
        body: { code: 'guest-in-session' },
      });
      await api.end(first.id);
      await until(async () => (await api.stateOf(first.id)) === 'terminated');
      const second = await opened({ guestId: 'customer-1' });
      expect(second.upstream.id).toBe(first.upstream.id);
      expect(second.upstream.revivals).toBe(1);
    });

    it('admits one of several sessions that ask for a guest at once', async () => {
      const all = await Promise.all(
        Array.from({ length: 8 }, () => api.open({ text: 'Race', guestId: 'customer-2' })),
      );

      expect(all.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 7 }, () => 409)]);
    });
  });

  describe('messages', () => {
    it('reach the agent and arrive from it, each once and in order', async () => {
      const { id, upstream } = await opened();
      const stream = await EventClient.open(`${world.url}/v1/sessions/${id}/events`);
      const path = `/v1/sessions/${id}/messages`;
      const key = { 'idempotency-key': 'm-1' };
      const sent = await api.request('POST', path, { text: 'Hello?' }, key);
      const replayed = await api.request('POST', path, { text: 'Hello?' }, key);
      const { agent } = world.genesys.openMessaging;
      agent.join(upstream.id);
      agent.type(upstream.id);
      agent.say(upstream.id, 'Hi there');
      await until(async () => (await listed(id)).length === 2);

      expect([sent.status, replayed.status]).toEqual([201, 201]);
      expect(replayed.body['id']).toBe(sent.body['id']);
      expect(upstream.received.map(({ text }) => text)).toEqual(['Where is my order?', 'Hello?']);
      expect(await listed(id)).toEqual(['inbound Hello?', 'outbound Hi there']);
      await until(() => stream.texts.includes('Hi there') && stream.names.includes('typing'));
      stream.close();
    });

    it('are stored once when a webhook is repeated, and get a receipt', async () => {
      const { id, upstream } = await opened();
      const said = world.genesys.openMessaging.agent.say(upstream.id, 'Only once');
      await until(async () => (await listed(id)).length === 1);
      const before = await counted('repeated');
      await webhook(JSON.stringify(said));

      expect(await listed(id)).toEqual(['outbound Only once']);
      expect(await counted('repeated')).toBe(before + 1);
      await until(() => upstream.receipts.some(({ id: about }) => about === said?.id));
    });

    it('are delivered again after a failed write', async () => {
      const { id, upstream } = await opened();
      const before = await counted('not-stored');
      jest
        .spyOn(world.app.get(MessageIntake), 'take')
        .mockRejectedValueOnce(new StorageUnavailableError({ cause: new Error('away') }));
      world.genesys.openMessaging.agent.say(upstream.id, 'Despite a failure');
      await until(async () => (await listed(id)).length === 1);

      const { openMessaging } = world.genesys;
      expect(openMessaging.deliveries.at(-1)?.attempts).toMatchObject([{ status: 503 }, { status: 204 }]);
      expect(await counted('not-stored')).toBe(before + 1);
    });

    it('that can never be stored are taken, and agents are told that they failed', async () => {
      const { id, upstream } = await opened();
      const before = await counted('refused-data');
      jest.spyOn(world.app.get(MessageIntake), 'take').mockRejectedValueOnce(new DataRefusedError('22021'));
      const said = world.genesys.openMessaging.agent.say(upstream.id, 'Never to be stored');
      await until(() => upstream.receipts.some(({ status }) => status === 'Failed'));

      expect(upstream.receipts).toContainEqual(expect.objectContaining({ id: said?.id, status: 'Failed' }));
      expect(await listed(id)).toEqual([]);
      expect(await counted('refused-data')).toBe(before + 1);
    });

    it('that are sent while the service is down arrive after its start, and so does an end', async () => {
      const { id, upstream } = await opened();
      const { agent } = world.genesys.openMessaging;
      agent.join(upstream.id);
      const restarted = world.restart();
      agent.say(upstream.id, 'Are you there?');
      agent.end(upstream.id, 'agent');
      await restarted;
      api = new ApiClient(world.url);

      await until(async () => (await api.stateOf(id)) === 'disconnected');
      expect((await api.get(id)).body).toMatchObject({ endReason: 'agent-ended', endCause: 'peer' });
    });

    it('that answer with a choice name the message with the choices', async () => {
      const { id, upstream } = await opened();
      const { openMessaging } = world.genesys;
      const quickReply = { text: 'Yes', payload: 'yes', action: 'Message' };
      openMessaging.agent.say(upstream.id, {
        text: 'Done?',
        content: [{ contentType: 'QuickReply', quickReply }],
      });
      await until(async () => (await listed(id)).length === 1);
      const { body } = await api.request('GET', `/v1/sessions/${id}/messages`);
      const [offer] = body['items'] as { readonly id: string }[];
      const answer = await api.request('POST', `/v1/sessions/${id}/messages`, {
        buttonResponses: [{ type: 'QuickReply', text: 'Yes', payload: 'yes' }],
        originatingMessageId: offer?.id,
      });

      expect(answer.status).toBe(201);
      expect(upstream.received.at(-1)).toMatchObject({ kind: 'structured-response' });
    });

    it('hold files behind URLs, with a text and without, once for each key', async () => {
      const { id, upstream } = await opened();
      const path = `/v1/sessions/${id}/messages`;
      const image = { url: 'https://files.example/a.png?signature=b', mime: 'image/png', text: 'A fjord' };
      const link = { url: 'https://shop.example/', mime: 'text/html', mediaType: 'Link', filename: 'shop' };
      const key = { 'idempotency-key': 'files-1' };
      const sent = await api.request('POST', path, { attachments: [image, link] }, key);
      const replayed = await api.request('POST', path, { attachments: [image, link] }, key);
      const reused = await api.request('POST', path, { attachments: [link] }, key);
      const said = await api.request('POST', path, { text: 'Look', attachments: [image] });

      expect([sent, replayed, reused, said].map(({ status }) => status)).toEqual([201, 201, 422, 201]);
      expect(replayed.body).toEqual(sent.body);
      const shown = [{ attachment: { ...image, mediaType: 'Image' } }, { attachment: link }];
      expect(upstream.received.slice(1)).toMatchObject([
        { text: undefined, content: shown },
        { text: 'Look', content: [shown[0]] },
      ]);
      const { body } = await api.request('GET', path);
      expect(body['items']).toMatchObject([{ content: shown }, { text: 'Look', content: [shown[0]] }]);
    });

    it('of the agent show its files', async () => {
      const { id, upstream } = await opened();
      const attachment = { url: 'https://downloads.example/a', mime: 'image/png', mediaType: 'Image' };
      const content = [{ contentType: 'Attachment', attachment }];
      world.genesys.openMessaging.agent.say(upstream.id, { content });
      await until(async () => (await listed(id)).length === 1);
      const { body } = await api.request('GET', `/v1/sessions/${id}/messages`);

      expect(body['items']).toMatchObject([{ content: [{ type: 'attachment', attachment }] }]);
    });

    it.each([
      ['a file', '/attachments?fileName=a.txt', 'text'],
      ['a form', '/messages', FORM_REPLY],
    ])('cannot hold %s', async (_case, path, body) => {
      const { id } = await opened();

      expect(await api.request('POST', `/v1/sessions/${id}${path}`, body)).toMatchObject({
        status: 409,
        body: { code: 'not-supported-by-channel' },
      });
    });
  });

  describe('webhooks', () => {
    const text = (to: string): string =>
      JSON.stringify({
        id: 'm',
        channel: { to: { id: to }, time: '2027-01-15T08:00:00Z' },
        type: 'Text',
        text: 'x',
      });

    it.each([
      ['another secret', { secret: 'secret-of-another-integration' }],
      ['another integration', { integrationId: 'another' }],
    ])('of %s are refused, and counted', async (_case, options) => {
      const before = await counted('refused-signature');

      expect(await webhook(text('guest'), options)).toBe(401);
      expect(await counted('refused-signature')).toBe(before + 1);
    });

    it.each([
      ['an unknown guest', text('unknown-guest'), 'unknown-guest'],
      ['no guest', JSON.stringify({ type: 'Text', text: 'x' }), 'unknown-guest'],
      ['an unknown type', JSON.stringify({ type: 'Reaction', channel: { to: { id: 'g' } } }), 'unknown-type'],
      ['no JSON', 'no JSON', 'malformed'],
    ])('about %s are taken, so that they are not sent again', async (_case, body, outcome) => {
      const before = await counted(outcome);

      expect(await webhook(body)).toBe(204);
      expect(await counted(outcome)).toBe(before + 1);
    });

    it('that are too large are refused unread', async () => {
      expect(await webhook(JSON.stringify({ text: 'x'.repeat(300_000) }))).toBe(413);
    });

    it('for a guest whose session is over are taken', async () => {
      const { id, upstream } = await opened();
      await api.end(id);
      await until(async () => (await api.stateOf(id)) === 'terminated');

      expect(await webhook(text(upstream.guestId))).toBe(204);
      expect(await listed(id)).toEqual([]);
    });
  });

  describe('the estimated wait of a queue', () => {
    const waitOf = (queueId: string): Promise<Answer> =>
      api.request('GET', `/v1/queues/${queueId}/estimated-wait-time`);

    it('is that of Genesys Cloud, asked once for half a minute', async () => {
      world.genesys.openMessaging.waitSeconds.set('busy-queue', 600);
      const path = '/api/v2/routing/queues/busy-queue/mediatypes/message/estimatedwaittime';
      const answers = [await waitOf('busy-queue'), await waitOf('busy-queue')];

      for (const { status, body } of answers)
        expect([status, body]).toEqual([
          200,
          { queueId: 'busy-queue', estimatedWaitTimeSeconds: 600, asOf: expect.any(String) as unknown },
        ]);
      expect(world.genesys.requests.find({ path })).toHaveLength(1);
    });

    it.each([
      [404, 404, 'queue-not-found'],
      [403, 502, 'upstream-forbidden'],
      [500, 502, 'upstream-error'],
    ])('is a problem where the platform answers %d', async (upstream, status, code) => {
      const fault = { kind: 'status', status: upstream, body: { message: 'canary-of-upstream' } } as const;
      world.genesys.faults.add({ match: { path: `queue-${upstream}/` }, fault });
      const { status: answered, body } = await waitOf(`queue-${upstream}`);

      expect([answered, body['code']]).toEqual([status, code]);
      expect(JSON.stringify(body)).not.toContain('canary');
    });
  });

  it('leave no word, name, address or secret of a guest in logs and files', async () => {
    const request = { text: 'canary-text', firstName: 'canary-first', email: 'canary@example.com' };
    const { id, upstream } = await opened({ ...request, guestId: 'canary-guest' });
    world.genesys.openMessaging.agent.say(upstream.id, 'canary-answer');
    const attachments = [
      { url: 'https://canary-host.example/canary-file', mime: 'image/png', text: 'canary-caption' },
    ];
    await api.request('POST', `/v1/sessions/${id}/messages`, { attachments });
    await until(async () => (await listed(id)).length === 2);
    const metrics = await api.request('GET', '/metrics');
    const { body } = await api.get(id);

    const told = [logs.raw, storedText(world.environment['DATA_DIR'] ?? ''), JSON.stringify(metrics.body)];
    expect(told.join().match(/canary[-@][\w.]+/g) ?? []).toEqual([]);
    expect(told.join()).not.toContain(OPEN_INTEGRATION.secret);
    expect(JSON.stringify(body)).not.toContain('canary');
  });

  describe('the end', () => {
    it.each([
      ['agent', { endReason: 'agent-ended', endCause: 'peer' }],
      ['inactivity', { endReason: 'gone', endCause: 'inactivity' }],
      ['spam', { endReason: 'gone', endCause: 'spam' }],
    ] as const)('by %s is read by a beat', async (by, end) => {
      const { id, upstream } = await opened();
      const { agent } = world.genesys.openMessaging;
      agent.join(upstream.id);
      agent.end(upstream.id, by);
      await until(async () => (await api.stateOf(id)) === 'disconnected');

      expect((await api.get(id)).body).toMatchObject(end);
    });

    it('by the caller disconnects the customer, and leaves the agent its after-call work', async () => {
      const { id, upstream } = await opened();
      world.genesys.openMessaging.agent.join(upstream.id);
      await api.end(id);
      await until(async () => (await api.stateOf(id)) === 'terminated');

      expect([upstream.isOpen, upstream.endedBy]).toEqual([false, 'customer']);
    });

    it('never comes with a transfer', async () => {
      const { id, upstream } = await opened();
      const { agent } = world.genesys.openMessaging;
      agent.join(upstream.id);
      agent.transfer(upstream.id, { queueId: 'second-line' });
      agent.join(upstream.id, { userId: 'b2b2b2b2-0000-4000-8000-000000000002' });
      const path = '/api/v2/analytics/conversations/details';
      const beats = (): number =>
        world.genesys.requests.find({ path }).filter(({ query }) => query['id']?.includes(upstream.id))
          .length;
      const before = beats();
      await until(() => beats() > before + 1);

      expect(await api.stateOf(id)).toBe('active');
    });
  });
});
