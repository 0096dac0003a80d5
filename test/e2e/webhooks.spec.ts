import { Webhook } from 'standardwebhooks';
import { HttpReceiver } from '../../src/crm/http-receiver.fake';
import { World } from '../../src/world';
import { ApiClient } from '../support/api-client';
import { auditTrailOf } from '../support/audit-trail';
import { LogCapture } from '../support/log-capture';
import { until } from '../support/until';

interface Told {
  readonly id: string;
  readonly type: string;
  readonly timestamp: string;
  readonly conversationId?: string;
  readonly sequence?: number;
  readonly data: Record<string, unknown>;
}

describe('a webhook that a caller registers', () => {
  let world: World;
  let api: ApiClient;
  let receiver: HttpReceiver;

  beforeEach(async () => {
    receiver = await HttpReceiver.start();
    world = await World.start({
      logOutput: new LogCapture(),
      webMessaging: true,
      environment: { WEBHOOKS_ALLOW_PRIVATE: 'true', SYNC_FIRST_RETRY_MS: '50', LOG_LEVEL: 'error' },
    });
    api = new ApiClient(world.url);
  });

  afterEach(async () => {
    await world[Symbol.asyncDispose]();
    await receiver[Symbol.asyncDispose]();
  });

  async function create(settings: object = {}): Promise<{ id: string; secret: string }> {
    const { status, body } = await api.request('POST', '/v1/webhooks', { url: receiver.url, ...settings });
    expect(status).toBe(201);
    return body as { id: string; secret: string };
  }

  async function verified(settings: object = {}): Promise<{ id: string; secret: string }> {
    const webhook = await create(settings);
    const { body } = await api.request('POST', `/v1/webhooks/${webhook.id}/test`);
    expect(body).toMatchObject({ result: 'accepted' });
    return webhook;
  }

  const told = (): Told[] => receiver.received.map(({ body }) => JSON.parse(body) as Told);

  it('gets no event before it is verified, and every event from then on, signed and in order', async () => {
    const { id, secret } = await create();
    const early = await api.opened();
    expect(receiver.received).toEqual([]);
    await api.request('POST', `/v1/webhooks/${id}/test`);
    expect(told()).toMatchObject([{ type: 'webhook.test', data: { webhookId: id } }]);
    const conversationId = await api.opened();
    await api.end(conversationId);

    await until(() => told().some(({ type }) => type === 'session.terminated'));

    expect(told().filter((event) => event.conversationId === early)).toEqual([]);
    const events = told().filter((event) => event.conversationId === conversationId);
    expect(events.map(({ type, sequence }) => [type, sequence])).toEqual([
      ['session.connected', 1],
      ['session.terminating', 2],
      ['session.terminated', 3],
    ]);
    for (const { body, headers } of receiver.received)
      expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toBeDefined();
    expect((await auditTrailOf(world)).map(({ action }) => action)).toEqual(
      expect.arrayContaining(['WEBHOOK_CREATED', 'WEBHOOK_TESTED']),
    );
  });
});
