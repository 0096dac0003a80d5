import { Webhook } from 'standardwebhooks';
import { HttpReceiver } from '../../src/crm/http-receiver.fake';
import type { GuestSession } from '../../src/simulator/web-messaging/guest-session';
import { World } from '../../src/world';
import { ApiClient } from '../support/api-client';
import { auditTrailOf } from '../support/audit-trail';
import { LogCapture } from '../support/log-capture';
import { until } from '../support/until';
import { type ToldEvent, toldTo, WebhooksApi } from '../support/webhooks-api';

const DAY_S = 86_400;

describe('a webhook that a caller registers', () => {
  let world: World;
  let api: ApiClient;
  let webhooks: WebhooksApi;
  let receiver: HttpReceiver;

  beforeEach(async () => {
    receiver = await HttpReceiver.start();
    world = await World.start({
      logOutput: new LogCapture(),
      webMessaging: true,
      environment: {
        GENESYS_CHANNEL: 'web-messaging',
        WEBHOOKS_ALLOW_PRIVATE: 'true',
        SYNC_FIRST_RETRY_MS: '20',
        LOG_LEVEL: 'error',
      },
    });
    api = new ApiClient(world.url);
    webhooks = new WebhooksApi(api);
  });

  afterEach(async () => {
    await world[Symbol.asyncDispose]();
    await receiver[Symbol.asyncDispose]();
  });

  const told = (conversationId?: string): readonly ToldEvent[] => toldTo(receiver, conversationId);
  const typesOf = (conversationId: string): unknown[] =>
    told(conversationId).map(({ type, sequence }) => `${sequence} ${type}`);
  const isTold = (conversationId: string, type: string) => (): boolean =>
    told(conversationId).some((event) => event.type === type);

  async function opened(body: object = {}): Promise<{ id: string; guest: GuestSession }> {
    const { body: session } = await api.open({ ...body });
    const guest = world.genesys.webMessaging.session(String(session['guestIdToken']));
    if (guest === undefined) throw new Error('The guest is not known upstream.');
    return { id: String(session['conversationId']), guest };
  }

  it('gets no event before it is verified, and every event from then on, signed and in order', async () => {
    const { id, secret } = await webhooks.create(receiver.url);
    const early = await opened();
    await webhooks.act(id, 'test');
    const { id: conversationId } = await opened();
    await api.end(conversationId);
    await api.end(early.id);
    await until(isTold(conversationId, 'session.terminated'));
    await until(isTold(early.id, 'session.terminated'));

    expect(told()[0]).toMatchObject({ type: 'webhook.test', data: { webhookId: id } });
    expect(typesOf(conversationId)).toEqual([
      '1 session.connected',
      '2 session.terminating',
      '3 session.terminated',
    ]);
    expect(typesOf(early.id)).toEqual(['1 session.terminating', '2 session.terminated']);
    expect(told(conversationId)[2]).toMatchObject({ data: { state: 'terminated', endReason: 'requested' } });
    for (const { body, headers } of receiver.received) {
      expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toBeDefined();
      expect(headers['webhook-id']).toBe((JSON.parse(body) as ToldEvent).id);
    }
  });

  it('gets messages of both sides in order with the states, as the API shows them', async () => {
    await webhooks.verified(receiver.url, { types: ['session.*', 'message.*'] });
    const { id, guest } = await opened();
    await api.request('POST', `/v1/sessions/${id}/messages`, { text: 'Where is my order?' });
    await until(isTold(id, 'message.sent'));
    world.genesys.webMessaging.agent.say(guest.token, 'On its way');
    await until(isTold(id, 'message.received'));
    await api.end(id);
    await until(isTold(id, 'session.terminated'));

    expect(typesOf(id)).toEqual([
      '1 session.connected',
      '2 message.sent',
      '3 message.received',
      '4 session.terminating',
      '5 session.terminated',
    ]);
    const { body } = await api.request('GET', `/v1/sessions/${id}/messages`);
    expect(
      told(id)
        .filter(({ type }) => type.startsWith('message.'))
        .map(({ data }) => data),
    ).toEqual(body['items']);
  });

  it('gets only the types that it subscribes to, and no message unless it asks', async () => {
    await webhooks.verified(receiver.url);
    await webhooks.verified(`${receiver.url}/ends`, { types: ['session.terminated'] });
    const { id } = await opened();
    await api.request('POST', `/v1/sessions/${id}/messages`, { text: 'Hello' });
    await api.end(id);
    const pathsOf = (path: string): string[] =>
      receiver.received
        .filter((request) => request.path === path)
        .map(({ body }) => JSON.parse(body) as ToldEvent)
        .filter(({ conversationId }) => conversationId === id)
        .map(({ type, sequence }) => `${sequence} ${type}`);
    await until(() => pathsOf('/ends').length === 1 && pathsOf('/').length === 3);

    expect(pathsOf('/ends')).toEqual(['1 session.terminated']);
    expect(pathsOf('/')).toEqual(['1 session.connected', '2 session.terminating', '3 session.terminated']);
  });

  it('keeps the order of a conversation through failures, under the same ids', async () => {
    const { id: webhookId } = await webhooks.verified(receiver.url);
    receiver.nextStatus(500);
    receiver.nextStatus(503, '', { 'retry-after': '0' });
    const { id } = await opened();
    await api.end(id);
    await until(isTold(id, 'session.terminated'));

    expect(typesOf(id)).toEqual([
      '1 session.connected',
      '1 session.connected',
      '1 session.connected',
      '2 session.terminating',
      '3 session.terminated',
    ]);
    expect(new Set(told(id).map((event) => event.id)).size).toBe(3);
    await until(async () => (await webhooks.deliveries(webhookId, '?status=delivered')).length === 3);
    // Events that were queued in the same millisecond have no order in the list.
    const first = (await webhooks.deliveries(webhookId, `?conversationId=${id}`)).find(
      ({ type }) => type === 'session.connected',
    );
    const { body } = await api.request(
      'GET',
      `/v1/webhooks/${webhookId}/deliveries/${String(first?.['id'])}`,
    );
    expect(body).toMatchObject({
      type: 'session.connected',
      status: 'delivered',
      attempts: [
        { result: 'failed', status: 500, error: 'status 500' },
        { result: 'failed', status: 503, error: 'status 503' },
        { result: 'accepted' },
      ],
    });
  });

  it('is paused by 410, keeps its events, and gets them once it is resumed', async () => {
    const { id: webhookId } = await webhooks.verified(receiver.url);
    receiver.nextStatus(410);
    const { id } = await opened();
    await until(async () => (await webhooks.get(webhookId))['status'] === 'paused');
    await api.end(id);
    await until(async () => (await webhooks.get(webhookId))['pending'] === 3);

    expect(await webhooks.get(webhookId)).toMatchObject({ statusReason: 'receiver-gone', pending: 3 });
    expect(typesOf(id)).toEqual(['1 session.connected']);

    await webhooks.act(webhookId, 'resume');
    await until(isTold(id, 'session.terminated'));

    expect(typesOf(id).slice(1)).toEqual([
      '1 session.connected',
      '2 session.terminating',
      '3 session.terminated',
    ]);
    const actions = (await auditTrailOf(world)).map(({ action, reason }) =>
      `${action} ${reason ?? ''}`.trim(),
    );
    expect(actions.filter((action) => action.startsWith('WEBHOOK'))).toEqual([
      'WEBHOOK_CREATED',
      'WEBHOOK_TESTED',
      'WEBHOOK_PAUSED receiver-gone',
      'WEBHOOK_RESUMED',
    ]);
  });

  it('signs with both secrets while a rotation overlaps, and with the new one alone without an overlap', async () => {
    const { id, secret: first } = await webhooks.verified(receiver.url);
    const { body } = await webhooks.act(id, 'rotate-secret', { overlapSeconds: DAY_S });
    await webhooks.act(id, 'test');
    const { body: last } = await webhooks.act(id, 'rotate-secret', { overlapSeconds: 0 });
    await webhooks.act(id, 'test');
    const isSignedWith = (secret: unknown, index: number): boolean => {
      const { body: text, headers } = receiver.received[index] ?? { body: '', headers: {} };
      try {
        new Webhook(String(secret)).verify(text, headers as Record<string, string>);
        return true;
      } catch {
        return false;
      }
    };

    expect([first, body['secret'], last['secret']].map((secret) => isSignedWith(secret, 1))).toEqual([
      true,
      true,
      false,
    ]);
    expect([first, body['secret'], last['secret']].map((secret) => isSignedWith(secret, 2))).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('has to be verified again when its URL changes, and keeps what waits and what happens meanwhile', async () => {
    const { id } = await webhooks.verified(receiver.url);
    await webhooks.act(id, 'pause');
    const session = await opened();
    await until(async () => (await webhooks.get(id))['pending'] === 1);
    const { body } = await api.request('PATCH', `/v1/webhooks/${id}`, { url: `${receiver.url}/moved` });
    await api.end(session.id);
    await until(async () => (await webhooks.get(id))['pending'] === 3);
    const refused = await webhooks.act(id, 'resume');
    receiver.nextStatus(500);
    const failed = await webhooks.act(id, 'test');
    const accepted = await webhooks.act(id, 'test');
    await until(isTold(session.id, 'session.terminated'));

    expect(typesOf(session.id)).toEqual([
      '1 session.connected',
      '2 session.terminating',
      '3 session.terminated',
    ]);
    expect(body).toMatchObject({ status: 'unverified' });
    expect(refused).toMatchObject({ status: 409, body: { code: 'webhook-not-verified' } });
    expect(failed.body).toMatchObject({ result: 'failed', status: 500 });
    expect(accepted.body).toMatchObject({ result: 'accepted' });
    expect(receiver.received.at(-1)).toMatchObject({ path: '/moved' });
  });

  it('is told a session at the URL that the session has, if that has its origin', async () => {
    const { id } = await webhooks.verified(receiver.url);
    const session = await opened({ webhookUrl: `${receiver.url}/orders/4711` });
    await api.end(session.id);
    await until(isTold(session.id, 'session.terminated'));
    const foreign = await api.open({ webhookUrl: 'https://elsewhere.example/hooks' });
    const malformed = await api.open({ webhookUrl: 'ftp://elsewhere.example' });

    const paths = receiver.received.filter(({ body }) => body.includes(session.id)).map(({ path }) => path);
    expect(paths).toEqual(['/orders/4711', '/orders/4711', '/orders/4711']);
    expect(foreign).toMatchObject({ status: 422, body: { code: 'webhook-url-refused' } });
    expect(malformed).toMatchObject({ status: 400, body: { errors: [{ pointer: '#/webhookUrl' }] } });
    await until(async () => (await webhooks.get(id))['pending'] === 0);
  });

  it('gets a conversation again in its order, after a replay and after a retry', async () => {
    const { id: webhookId } = await webhooks.verified(receiver.url);
    const { id } = await opened();
    await api.end(id);
    await until(isTold(id, 'session.terminated'));
    await until(async () => (await webhooks.get(webhookId))['pending'] === 0);
    const { status, body } = await webhooks.act(webhookId, 'replay', { conversationId: id });
    await until(() => told(id).length === 6);
    await until(async () => (await webhooks.get(webhookId))['pending'] === 0);
    const [last] = await webhooks.deliveries(webhookId);
    const retried = await api.request(
      'POST',
      `/v1/webhooks/${webhookId}/deliveries/${String(last?.['id'])}/retry`,
    );
    await until(() => told(id).length === 7);

    expect([status, body]).toEqual([202, { replayed: 3 }]);
    expect(retried.status).toBe(202);
    expect(told(id).slice(3, 6)).toEqual(told(id).slice(0, 3));
    expect(new Set(told(id).map((event) => event.id)).size).toBe(3);
  });

  it('gets nothing any more once it is deleted, and its caller may register others', async () => {
    const { id } = await webhooks.verified(receiver.url);
    const deleted = await api.request('DELETE', `/v1/webhooks/${id}`);
    const again = await api.request('DELETE', `/v1/webhooks/${id}`);
    const other = await webhooks.verified(`${receiver.url}/other`);
    const session = await opened();
    await until(isTold(session.id, 'session.connected'));

    expect([deleted.status, again.status]).toEqual([204, 404]);
    expect((await api.request('GET', '/v1/webhooks')).body).toMatchObject({ items: [{ id: other.id }] });
    expect(receiver.received.filter(({ body }) => body.includes(session.id))).toMatchObject([
      { path: '/other' },
    ]);
  });

  it('keeps what waits, its secret and its status over a restart', async () => {
    const { id, secret } = await webhooks.verified(receiver.url);
    await webhooks.act(id, 'pause');
    const session = await opened();
    await until(async () => (await webhooks.get(id))['pending'] === 1);
    await world.restart();
    api = new ApiClient(world.url);
    webhooks = new WebhooksApi(api);
    await webhooks.act(id, 'resume');
    await until(isTold(session.id, 'session.connected'));

    const { body, headers } = receiver.received.at(-1) ?? { body: '', headers: {} };
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toMatchObject({
      conversationId: session.id,
    });
  });
});
