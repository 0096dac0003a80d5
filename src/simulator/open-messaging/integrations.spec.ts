import { GenesysSimulator } from '../genesys-simulator';
import { INTEGRATION, OpenMiddleware, SECRET } from './open-middleware.fake';
import { OpenMessagingOptions } from './open-messaging-options';
import { WebhookReceiver } from './webhook-receiver.fake';

const PATH = '/api/v2/conversations/messaging/integrations/open';
const URL_FIELD = 'outboundNotificationWebhookUrl';
const SECRET_FIELD = 'outboundNotificationWebhookSignatureSecretToken';
const NEW = { name: 'New', [URL_FIELD]: 'https://host.example/hook', [SECRET_FIELD]: 'x'.repeat(16) };

let simulator: GenesysSimulator;
let middleware: OpenMiddleware;

async function start(options: OpenMessagingOptions = {}): Promise<void> {
  simulator = await GenesysSimulator.start({
    openMessaging: { integrations: [{ id: INTEGRATION, secret: SECRET }], ...options },
  });
  middleware = await OpenMiddleware.logIn(simulator);
}

beforeEach(() => start());
afterEach(() => simulator.close());

describe('the integrations', () => {
  it('are created asynchronously', async () => {
    const { status, body } = await middleware.call('POST', PATH, { ...NEW, webhookHeaders: { a: 'b' } });
    const id = String(body['id']);

    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...NEW,
      webhookHeaders: { a: 'b' },
      recipient: { id },
      createStatus: 'Initiated',
    });
    const states = [];
    for (let read = 0; read < 3; read += 1)
      states.push((await middleware.call('GET', `${PATH}/${id}`)).body['createStatus']);
    expect(states).toEqual(['Initiated', 'Completed', 'Completed']);
  });

  it('serve messages from their creation to their deletion', async () => {
    const receiver = await WebhookReceiver.start();
    const created = await middleware.call('POST', PATH, { ...NEW, [URL_FIELD]: receiver.url });
    const id = String(created.body['id']);
    const message = {
      channel: { from: { id: 'g', idType: 'Opaque' }, time: '2026-11-22T08:00:00.000Z' },
      text: 'hi',
    };
    expect((await middleware.inbound('message', message, id)).status).toBe(200);
    simulator.openMessaging.agent.say('g', 'hello');
    await simulator.openMessaging.settled();
    await receiver.close();
    expect(receiver.first.body).toMatchObject({ channel: { from: { nickname: 'New', id } } });
    expect((await middleware.call('DELETE', `${PATH}/${id}`)).status).toBe(204);

    expect((await middleware.call('GET', `${PATH}/${id}`)).status).toBe(404);
    expect((await middleware.inbound('message', message, id)).status).toBe(404);
    expect(simulator.openMessaging.agent.say('g', 'again')).toBeUndefined();
  });

  it.each([
    ['name', { name: undefined }],
    [URL_FIELD, { [URL_FIELD]: undefined }],
    [URL_FIELD, { [URL_FIELD]: 'host/hook' }],
    [URL_FIELD, { [URL_FIELD]: 'ftp://host/hook' }],
    [SECRET_FIELD, { [SECRET_FIELD]: undefined }],
    [SECRET_FIELD, { [SECRET_FIELD]: 'x'.repeat(15) }],
    ['webhookHeaders', { webhookHeaders: { a: 1 } }],
  ])('are refused for their %s', async (fieldName, fields) => {
    const { status, body } = await middleware.call('POST', PATH, { ...NEW, ...fields });

    expect(status).toBe(400);
    expect(body['details']).toEqual([{ errorCode: 'invalid.value', fieldName }]);
  });

  it('change, with their name as the only required field', async () => {
    const path = `${PATH}/${INTEGRATION}`;
    expect((await middleware.call('PATCH', path, { [URL_FIELD]: 'https://new.example' })).status).toBe(400);
    const { body } = await middleware.call('PATCH', path, { name: 'N', [URL_FIELD]: 'https://new.example' });

    expect(body).toMatchObject({ name: 'N', [URL_FIELD]: 'https://new.example', [SECRET_FIELD]: SECRET });
    expect((await middleware.call('PUT', path)).status).toBe(405);
  });

  it('are listed in pages and survive a reset', async () => {
    await middleware.call('POST', PATH, NEW);
    simulator.reset();
    const { body } = await middleware.call('GET', `${PATH}?pageSize=1&pageNumber=2`);

    expect(body).toMatchObject({ entities: [{ name: 'New' }], total: 2, pageCount: 2, pageNumber: 2 });
  });

  it('need https on port 443 by option', async () => {
    await simulator.close();
    await start({ httpsOnly: true });
    const status = async (url: string): Promise<number> =>
      (await middleware.call('POST', PATH, { ...NEW, [URL_FIELD]: url })).status;

    expect(await status('http://host.example')).toBe(400);
    expect(await status('https://host.example:8443')).toBe(400);
    expect(await status('https://host.example:443/hook')).toBe(200);
  });
});

describe('the reads about the organisation', () => {
  const get = async (path: string): Promise<unknown> => (await middleware.call('GET', path)).body;

  it('estimate waits', async () => {
    simulator.openMessaging.waitSeconds.set('q1', 90);
    const wait = (queue: string): Promise<unknown> =>
      get(`/api/v2/routing/queues/${queue}/mediatypes/message/estimatedwaittime`);

    expect(await wait('q1')).toEqual({
      results: [{ intent: 'ALL', formula: 'BEST', estimatedWaitTimeSeconds: 90 }],
    });
    expect(await wait('q2')).toEqual({
      results: [{ intent: 'ALL', formula: 'BEST', estimatedWaitTimeSeconds: 30 }],
    });
  });

  it('list source addresses', async () => {
    expect(await get('/api/v2/ipranges')).toMatchObject({
      entities: expect.arrayContaining([
        { cidr: '127.0.0.0/8', service: 'open-messaging', region: 'local', direction: 'outbound' },
      ]),
    });
    expect((await middleware.call('POST', '/api/v2/ipranges')).status).toBe(405);
  });

  it('list limits by namespace', async () => {
    await simulator.close();
    await start({ limits: { messaging: { 'some.max': 7 } } });
    const path = '/api/v2/organizations/limits/namespaces/';

    expect(await get(`${path}messaging`)).toEqual({
      entities: [{ key: 'some.max', namespace: 'messaging', value: 7 }],
    });
    expect(await get(`${path}notifications/defaults`)).toMatchObject({
      entities: [{ key: 'channels.max', namespace: 'notifications', value: 20 }, {}],
    });
    expect((await middleware.call('GET', `${path}unknown/defaults`)).status).toBe(404);
    expect((await middleware.call('GET', `${path}unknown`)).status).toBe(404);
    expect((await middleware.call('GET', `${path}toString`)).status).toBe(404);
  });
});
