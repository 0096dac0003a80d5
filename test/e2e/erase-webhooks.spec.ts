import { HttpReceiver } from '../../src/crm/http-receiver.fake';
import { DatabaseConnection } from '../../src/persistence/database/database-connection';
import { SessionRetention } from '../../src/privacy/session-retention';
import { guestRefOf } from '../../src/session/domain/guest-token';
import { World } from '../../src/world';
import { ApiClient } from '../support/api-client';
import { LogCapture } from '../support/log-capture';
import { until } from '../support/until';
import { toldTo, WebhooksApi } from '../support/webhooks-api';

const NAME = 'Ada Lovelace';
const QUESTION = 'Where is my order 4711?';
const REPLY = 'Order 4711 is on its way';

describe('events that wait for a webhook', () => {
  let world: World;
  let receiver: HttpReceiver;
  let api: ApiClient;
  let webhooks: WebhooksApi;
  let webhookId: string;

  beforeEach(async () => {
    receiver = await HttpReceiver.start();
    world = await World.start({
      logOutput: new LogCapture(),
      webMessaging: true,
      environment: {
        GENESYS_CHANNEL: 'web-messaging',
        WEBHOOKS_ALLOW_PRIVATE: 'true',
        LOG_LEVEL: 'error',
      },
    });
    api = new ApiClient(world.url);
    webhooks = new WebhooksApi(api);
    ({ id: webhookId } = await webhooks.verified(receiver.url, { types: ['session.*', 'message.*'] }));
  });

  afterEach(async () => {
    await world[Symbol.asyncDispose]();
    await receiver[Symbol.asyncDispose]();
  });

  /** A conversation that is over, with all of its events waiting for the paused webhook. */
  async function waiting(): Promise<{ id: string; guest: string; token: string }> {
    await webhooks.act(webhookId, 'pause');
    const { body } = await api.open({ name: NAME, webhookUrl: `${receiver.url}/orders/4711` });
    const [id, token] = [String(body['conversationId']), String(body['guestIdToken'])];
    await api.request('POST', `/v1/sessions/${id}/messages`, { text: QUESTION });
    world.genesys.webMessaging.agent.say(token, REPLY);
    await until(async () => (await webhooks.deliveries(webhookId, `?conversationId=${id}`)).length === 3);
    await api.end(id);
    await until(async () => (await webhooks.get(webhookId))['pending'] === 5);
    return { id, guest: guestRefOf(token), token };
  }

  const settled = async (): Promise<boolean> => (await webhooks.get(webhookId))['pending'] === 0;

  it('lose the messages and the URL of an erased guest, and keep their order', async () => {
    const { id, guest, token } = await waiting();
    expect((await api.request('POST', `/v1/guests/${guest}/erase`)).status).toBe(200);
    await webhooks.act(webhookId, 'resume');
    await until(settled);

    expect(toldTo(receiver, id).map(({ type, sequence }) => `${sequence} ${type}`)).toEqual([
      '1 session.connected',
      '4 session.terminating',
      '5 session.terminated',
    ]);
    const told = receiver.received.map(({ path, body }) => path + body).join('\n');
    expect([NAME, QUESTION, REPLY, token, '4711'].filter((text) => told.includes(text))).toEqual([]);
    const deliveries = await webhooks.deliveries(webhookId, `?conversationId=${id}&status=dead`);
    expect(deliveries.map(({ type, lastError }) => [type, lastError])).toEqual(
      expect.arrayContaining([
        ['message.sent', 'The event was erased.'],
        ['message.received', 'The event was erased.'],
      ]),
    );
  });

  it('do not bring back the messages of an erased guest in a replay', async () => {
    const { id, guest } = await waiting();
    await webhooks.act(webhookId, 'resume');
    await until(settled);
    const before = receiver.received.length;
    await api.request('POST', `/v1/guests/${guest}/erase`);
    const { body } = await webhooks.act(webhookId, 'replay', { conversationId: id });
    await until(settled);

    expect(body).toEqual({ replayed: 5 });
    expect(receiver.received.slice(before).map(({ path }) => path)).toEqual(['/', '/', '/']);
    const again = receiver.received
      .slice(before)
      .map(({ body: text }) => text)
      .join('\n');
    expect([QUESTION, REPLY].filter((text) => again.includes(text))).toEqual([]);
  });

  it('are gone with a session that is removed for its age', async () => {
    const { id } = await waiting();
    await until(() => world.crm.eventsOf(id).length === 2);
    const { db } = world.app.get(DatabaseConnection);
    const monthAgo = Date.now() - 30 * 86_400_000;
    await db.updateTable('session').set({ ended_at: monthAgo }).where('conversation_id', '=', id).execute();
    await until(async () => {
      await world.app.get(SessionRetention).purge();
      return (await api.get(id)).status === 404;
    });

    expect(await webhooks.deliveries(webhookId)).toEqual([]);
    expect(await webhooks.get(webhookId)).toMatchObject({ status: 'paused', pending: 0 });
  });
});
