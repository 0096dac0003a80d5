import { randomUUID } from 'node:crypto';
import type { GuestSession } from '../../src/simulator/web-messaging/guest-session';
import { World } from '../../src/world';
import { type Answer, ApiClient } from '../support/api-client';
import { LogCapture } from '../support/log-capture';
import { until } from '../support/until';

type Json = Record<string, unknown>;

interface Item {
  readonly direction: string;
  readonly text: string;
}

describe('the messages of a session', () => {
  let world: World;
  let api: ApiClient;

  beforeAll(async () => {
    world = await World.start({
      logOutput: new LogCapture(),
      webMessaging: true,
      environment: { GENESYS_CHANNEL: 'web-messaging', HEARTBEAT_MAX_INTERVAL_MS: '1000' },
    });
    api = new ApiClient(world.url);
  });

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });

  async function opened(): Promise<{ id: string; guest: GuestSession }> {
    const { body } = await api.open();
    const guest = world.genesys.webMessaging.session(String(body['guestIdToken']));
    if (guest === undefined) throw new Error('The guest is not known upstream.');
    return { id: String(body['conversationId']), guest };
  }

  function say(id: string, body: object, key?: string): Promise<Answer> {
    const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key };
    return api.request('POST', `/v1/sessions/${id}/messages`, body, headers);
  }

  async function listed(id: string, query = ''): Promise<string[]> {
    const { body } = await api.request('GET', `/v1/sessions/${id}/messages${query}`);
    return (body['items'] as Item[]).map(({ direction, text }) => `${direction} ${text}`);
  }

  /** Returns the texts of the guest's messages upstream. */
  const saidBy = (guest: GuestSession): unknown[] =>
    guest.messages
      .filter(({ direction, content }) => direction === 'Inbound' && content.type !== 'Event')
      .map(({ content }) => content.text);

  it('include the guest context of the opening: attributes once, the journey without the token', async () => {
    const customAttributes = { order: '4711' };
    const journeyContext = { customerId: 'customer-1', sessionId: 'visit-1', sessionType: 'app' };
    const { status, body } = await api.open({ customAttributes, journeyContext });
    const guest = world.genesys.webMessaging.session(String(body['guestIdToken']));
    await say(String(body['conversationId']), { text: 'Hello', customAttributes: { tier: 'gold' } });

    expect(status).toBe(201);
    expect(JSON.stringify(body)).not.toMatch(/4711|customer-1/);
    await until(
      async () =>
        (await api.get(String(body['conversationId']))).body['genesysConversationId'] ===
        guest?.conversationId,
    );
    const guestSessionId = String(body['conversationId']);
    expect(guest?.attributes).toEqual({ order: '4711', tier: 'gold', guestSessionId });
    expect(guest?.journeyContext).toEqual({
      customer: { id: 'customer-1', idType: 'cookie' },
      customerSession: { id: 'visit-1', type: 'app' },
    });
  });

  it('reach the other side and arrive from it, each once and in order', async () => {
    const { id, guest } = await opened();
    const { status, body } = await say(id, { text: 'Hello', customAttributes: { order: '4711' } });
    world.genesys.webMessaging.agent.say(guest.token, 'Hi there');
    await until(async () => (await listed(id)).length === 2);

    expect(status).toBe(201);
    expect(body).toMatchObject({ direction: 'inbound', type: 'text', text: 'Hello', content: [] });
    expect(saidBy(guest)).toEqual(['Hello']);
    expect(await listed(id)).toEqual(['inbound Hello', 'outbound Hi there']);
  });

  it('are listed page by page', async () => {
    const { id, guest } = await opened();
    for (const text of ['1', '2', '3', '4', '5']) world.genesys.webMessaging.agent.say(guest.token, text);
    await until(async () => (await listed(id)).length === 5);
    const { body } = await api.request('GET', `/v1/sessions/${id}/messages?limit=3`);
    const rest = await listed(id, `?limit=3&cursor=${String(body['nextCursor'])}`);
    const { id: other } = await opened();
    const foreign = await api.request(
      'GET',
      `/v1/sessions/${other}/messages?cursor=${String(body['nextCursor'])}`,
    );

    expect([body['items'], rest].map((items) => (items as unknown[]).length)).toEqual([3, 2]);
    expect(foreign).toMatchObject({ status: 400, body: { errors: [{ code: 'invalid-cursor' }] } });
  });

  describe('a message with an idempotency key', () => {
    it('is sent once for repeated requests', async () => {
      const { id, guest } = await opened();
      const first = await say(id, { text: 'Once' }, 'key-1');
      const again = await say(id, { text: 'Once' }, '"key-1"');
      const other = await say(id, { text: 'Twice' }, 'key-1');

      expect([first.status, again.status, other.status]).toEqual([201, 201, 422]);
      expect(again.body).toEqual(first.body);
      expect(again.headers.get('idempotency-replayed')).toBe('true');
      expect(other.body).toMatchObject({ code: 'idempotency-key-reused' });
      expect(saidBy(guest)).toEqual(['Once']);
    });

    it('is sent once for concurrent requests', async () => {
      const { id, guest } = await opened();
      const answers = await Promise.all(Array.from({ length: 20 }, () => say(id, { text: 'Once' }, 'key')));

      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
      expect(new Set(answers.map(({ body }) => body['id'])).size).toBe(1);
      expect(saidBy(guest)).toEqual(['Once']);
    });

    it('is not sent again after a restart that lost the answer', async () => {
      const { id, guest } = await opened();
      world.genesys.webMessaging.faults.add({
        match: { token: guest.token, action: 'onMessage' },
        fault: { kind: 'silence', effect: 'after' },
        times: 1,
      });
      const lost = say(id, { text: 'Once' }, 'key').catch(() => undefined);
      await until(() => saidBy(guest).length === 1);
      await world.restart();
      await lost;
      api = new ApiClient(world.url);
      const again = await say(id, { text: 'Once' }, 'key');

      expect(again.status).toBe(201);
      expect(saidBy(guest)).toEqual(['Once']);
      expect(await listed(id)).toEqual(['inbound Once']);
    });
  });

  it('is neither lost nor repeated when the connection breaks', async () => {
    const { id, guest } = await opened();
    world.genesys.webMessaging.faults.add({
      match: { token: guest.token, action: 'onMessage' },
      fault: { kind: 'close', code: 1006, effect: 'after' },
      times: 1,
    });
    const { status } = await say(id, { text: 'Once' });
    world.genesys.webMessaging.agent.say(guest.token, 'Got it');
    await until(async () => (await listed(id)).length === 2);

    expect(status).toBe(201);
    expect(saidBy(guest)).toEqual(['Once']);
    expect(guest.configures).toBe(2);
  });

  it('may be a quick reply', async () => {
    const { id, guest } = await opened();
    const quickReply = { text: 'Yes', payload: 'yes' };
    world.genesys.webMessaging.agent.say(guest.token, {
      text: 'Sure?',
      content: [{ contentType: 'QuickReply', quickReply }],
    });
    const { status, body } = await say(id, {
      text: 'Yes',
      buttonResponses: [{ type: 'QuickReply', ...quickReply }],
    });

    expect([status, body['content']]).toEqual([
      201,
      [{ type: 'button-response', choice: { ...quickReply, type: 'QuickReply' } }],
    ]);
  });

  it('may be the answer to a form and to a picker, which the API shows', async () => {
    const { id, guest } = await opened();
    const { agent } = world.genesys.webMessaging;
    const [picker, form] = [agent.offer(guest.token, 'ListPicker'), agent.offer(guest.token, 'Form')];
    const shown = async (): Promise<Json[]> =>
      (await api.request('GET', `/v1/sessions/${id}/messages`)).body['items'] as Json[];
    await until(async () => (await shown()).length === 2);
    const offered = (await shown()).flatMap(({ content }) => content as Json[]);
    const { cannedResponseId } = offered[1]?.['form'] as { cannedResponseId: string };
    const button = { type: 'ListPicker', text: 'A bag', payload: 'bag' };
    const answers = [{ id: 'booking', text: 'ABC123', payload: 'ABC123' }];
    const chosen = await say(id, {
      buttonResponses: [button],
      ...{ text: 'Extras chosen', originatingMessageId: picker?.id },
    });
    const filled = await say(id, {
      formResponse: { cannedResponseId, answers },
      originatingMessageId: form?.id,
    });
    const unlinked = await say(id, { buttonResponses: [button], originatingMessageId: form?.id });

    expect(offered.map(({ type }) => type)).toEqual(['list-picker', 'form']);
    expect([chosen.status, chosen.body['content']]).toEqual([
      201,
      [{ type: 'button-response', choice: { ...button, originatingMessageId: picker?.id } }],
    ]);
    expect([filled.status, filled.body['content']]).toEqual([
      201,
      [
        {
          type: 'form-response',
          formResponse: { originatingMessageId: form?.id, cannedResponseId, answers },
        },
      ],
    ]);
    expect(unlinked.status).toBe(502);
  });

  it('may be a typing indicator', async () => {
    const { id, guest } = await opened();
    const { status } = await api.request('POST', `/v1/sessions/${id}/typing`);

    expect(status).toBe(202);
    await until(() => guest.logs.some(({ received }) => JSON.stringify(received).includes('Typing')));
  });

  it.each([
    ['that says nothing', {}, '#/text', 'required'],
    ['that is empty', { text: '' }, '#/text', 'required'],
    ['of too many bytes', { text: 'ä'.repeat(2_049) }, '#/text', 'too-long'],
    [
      'with large attributes',
      { text: 'x', customAttributes: { a: 'x'.repeat(2_048) } },
      '#/customAttributes',
      'format',
    ],
    ['with odd attributes', { text: 'x', customAttributes: { a: 1 } }, '#/customAttributes', 'format'],
    [
      'of an unknown button',
      { buttonResponses: [{ type: 'Knob', text: 'a', payload: 'b' }] },
      '#/buttonResponses/0/type',
      'out-of-range',
    ],
    [
      'of a form as a button',
      { buttonResponses: [{ type: 'Form', text: 'a', payload: 'b' }] },
      '#/buttonResponses/0/type',
      'out-of-range',
    ],
    [
      'of a picker without its message',
      { buttonResponses: [{ type: 'ListPicker', text: 'a', payload: 'b' }] },
      '#/originatingMessageId',
      'required',
    ],
    [
      'of a form without answers',
      { formResponse: { cannedResponseId: 'c' }, originatingMessageId: 'm' },
      '#/formResponse/answers',
      'required',
    ],
    [
      'with a file behind http',
      { attachments: [{ url: 'http://files.example/a', mime: 'image/png' }] },
      '#/attachments/0/url',
      'format',
    ],
    [
      'with a file of no known kind',
      { attachments: [{ url: 'https://files.example/a', mime: 'image/png', mediaType: 'Picture' }] },
      '#/attachments/0/mediaType',
      'out-of-range',
    ],
    [
      'with a file of a mime type with parameters',
      { attachments: [{ url: 'https://files.example/a', mime: 'text/plain; charset=utf-8' }] },
      '#/attachments/0/mime',
      'format',
    ],
    ['with a file twice', { attachmentIds: ['a', 'a'] }, '#/attachmentIds', 'duplicate'],
  ])('is refused with a pointer for content %s', async (_what, asked, pointer, code) => {
    const { status, body } = await say(randomUUID(), asked);

    expect(status).toBe(400);
    expect(body['errors']).toEqual([expect.objectContaining({ pointer, code })]);
  });

  it('is refused when Genesys Cloud refuses it, and by a session that cannot send it', async () => {
    const { id, guest } = await opened();
    world.genesys.webMessaging.faults.add({
      match: { token: guest.token, action: 'onMessage' },
      fault: { kind: 'answer', code: 4011 },
      times: 1,
    });
    const long = await say(id, { text: 'too long for them' });
    const unknown = await say(randomUUID(), { text: 'x' });
    await api.end(id);
    const late = await say(id, { text: 'x' });
    const { body: other } = await api.open({ channel: 'conversations-messaging' });
    const rest = await say(String(other['conversationId']), { text: 'x' });
    const { id: another } = await opened();
    const attachments = [{ url: 'https://files.example/a', mime: 'image/png' }];
    const linked = await say(another, { text: 'x', attachments });

    expect([long, unknown, late, rest, linked].map(({ status, body }) => [status, body['code']])).toEqual([
      [422, 'message-refused'],
      [404, 'session-not-found'],
      [409, 'session-not-active'],
      [409, 'not-supported-by-channel'],
      [409, 'not-supported-by-channel'],
    ]);
    expect(long.body['reason']).toBe('text-too-long');
  });

  it('shows which side ended the session', async () => {
    const { id, guest } = await opened();
    await say(id, { text: 'Hello' });
    expect(world.genesys.webMessaging.agent.disconnect(guest.token)).toBe(true);
    await until(async () => (await api.stateOf(id)) === 'disconnected');

    expect((await api.get(id)).body).toMatchObject({ endReason: 'agent-ended' });
  });
});
