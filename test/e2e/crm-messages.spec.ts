import { guestRefOf } from '../../src/session/domain/guest-token';
import { World } from '../../src/world';
import { ApiClient } from '../support/api-client';
import { auditTrailOf } from '../support/audit-trail';
import { DeliveriesApi } from '../support/deliveries-api';
import { LogCapture } from '../support/log-capture';
import { until } from '../support/until';

const QUESTION = 'canary: where is my order?';
const ANSWER = 'canary: on its way';

interface Told {
  readonly type: string;
  readonly sequence: number;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly message?: unknown;
}

describe('messages for the CRM', () => {
  const logs = new LogCapture();
  let world: World;
  let api: ApiClient;

  beforeAll(async () => {
    world = await World.start({
      logOutput: logs,
      webMessaging: true,
      environment: {
        GENESYS_CHANNEL: 'web-messaging',
        CRM_INCLUDE_MESSAGES: 'true',
        SYNC_FIRST_RETRY_MS: '600000',
        LOG_LEVEL: 'debug',
      },
    });
    api = new ApiClient(world.url);
  });
  afterEach(() => {
    world.crm.faults.clear();
  });
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });

  const told = (id: string): readonly Told[] => world.crm.eventsOf(id).map(({ body }) => body as Told);
  const typesOf = (id: string): string[] => told(id).map(({ type, sequence }) => `${sequence} ${type}`);
  const listed = async (id: string): Promise<unknown[]> =>
    (await api.request('GET', `/v1/sessions/${id}/messages`)).body['items'] as unknown[];

  /** Opens a session, in which the guest asks and the agent answers, and ends it. */
  async function talked(): Promise<{ id: string; token: string; messages: readonly unknown[] }> {
    const { body } = await api.open();
    const [id, token] = [String(body['conversationId']), String(body['guestIdToken'])];
    await api.request('POST', `/v1/sessions/${id}/messages`, { text: QUESTION });
    world.genesys.webMessaging.agent.say(token, ANSWER);
    await until(async () => (await listed(id)).length === 2);
    const messages = await listed(id);
    expect((await api.end(id)).body).toMatchObject({ state: 'terminated' });
    return { id, token, messages };
  }

  it('come in order with the states of the session, as the API shows them', async () => {
    const { id, token, messages } = await talked();
    await until(() => told(id).length === 4);

    expect(typesOf(id)).toEqual([
      '1 session.connected',
      '2 message.sent',
      '3 message.received',
      '4 session.terminated',
    ]);
    expect(told(id).flatMap(({ message }) => message ?? [])).toEqual(messages);
    expect(told(id)[1]).toMatchObject({
      state: 'message-sent',
      metadata: { channel: 'web-messaging', guestRef: guestRefOf(token) },
      message: { direction: 'inbound', text: QUESTION },
    });
  });

  it('are in no log line, no audit record and no answer about deliveries', async () => {
    const { id } = await talked();
    await until(() => told(id).length === 4);
    const deliveries = await new DeliveriesApi(world.url).of(id);

    expect(deliveries.map(({ event }) => event.type)).toContain('message.sent');
    const shown = [JSON.stringify(deliveries), JSON.stringify(await auditTrailOf(world)), logs.raw];
    for (const text of shown) expect(text).not.toContain('canary');
  });

  it('that wait for the CRM lose their content when the guest is erased', async () => {
    world.crm.faults.add({ fault: { kind: 'status', status: 500, body: '' } });
    const { id, token } = await talked();
    await until(() => JSON.stringify(world.crm.requests.find({})).includes(id));
    const { status } = await api.request('POST', `/v1/guests/${guestRefOf(token)}/erase`);
    expect(status).toBe(200);
    world.crm.faults.clear();
    await new DeliveriesApi(world.url).replay({ conversationId: id });
    await until(() => told(id).length === 4);

    expect(typesOf(id)[1]).toBe('2 message.sent');
    expect(JSON.stringify(told(id))).not.toContain('canary');
    expect(told(id)[1]).toMatchObject({ metadata: { guestRef: guestRefOf(token) } });
  });

  it('stay with the service while the setting is off', async () => {
    await world.restart({ CRM_INCLUDE_MESSAGES: 'false' });
    api = new ApiClient(world.url);
    const { id } = await talked();
    await until(() => told(id).length === 2);

    expect(typesOf(id)).toEqual(['1 session.connected', '2 session.terminated']);
  });
});
