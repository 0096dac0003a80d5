import { GenesysSimulator } from '../../../src/simulator/genesys-simulator';
import {
  INTEGRATION,
  OpenMiddleware,
  SECRET,
} from '../../../src/simulator/open-messaging/open-middleware.fake';
import { INBOUND_REQUESTS, LEGACY_REQUESTS } from '../../fixtures/platform/inbound-requests';
import { INTEGRATION_REQUEST } from '../../fixtures/platform/trigger-events';

const MESSAGES = '/api/v2/conversations/messages';
const INTEGRATIONS = '/api/v2/conversations/messaging/integrations/open';

let simulator: GenesysSimulator;
let middleware: OpenMiddleware;

beforeEach(async () => {
  simulator = await GenesysSimulator.start({
    openMessaging: { integrations: [{ id: INTEGRATION, secret: SECRET }], httpsOnly: true },
  });
  middleware = await OpenMiddleware.logIn(simulator);
});
afterEach(() => simulator.close());

describe('inbound requests from public sources', () => {
  it.each(Object.entries(INBOUND_REQUESTS))(
    'are answered by the simulator as by Genesys Cloud: %s',
    async (_name, { kind, body, status }) => {
      expect((await middleware.inbound(kind, body)).status).toBe(status);
    },
  );

  it.each(Object.entries(LEGACY_REQUESTS))(
    'of the deprecated resource have no effect in the simulator: %s',
    async (_name, { body }) => {
      expect((await middleware.call('POST', `${MESSAGES}/inbound/open`, body)).status).toBe(404);
      expect(simulator.openMessaging.conversations).toEqual([]);
    },
  );

  it('pass participant data and the names of the sender on', async () => {
    await middleware.inbound('message', INBOUND_REQUESTS['message with participant data'].body);

    expect(simulator.openMessaging.conversation('jane@shop.example')?.customer).toMatchObject({
      name: 'Jane',
      attributes: { demokey: 'value' },
    });
  });
});

describe('ends from public sources', () => {
  it.each([
    ['of the conversation', 200, 'client', ''],
    ['of the customer', 202, 'endpoint', '/participants/'],
  ])('are accepted by the simulator: %s', async (_what, status, disconnectType, part) => {
    const id = await middleware.say('guest-1', 'Hello');
    const read = async (): Promise<Record<string, unknown>[]> =>
      (await middleware.call('GET', `${MESSAGES}/${id}`)).body['participants'] as Record<string, unknown>[];
    const customer = (await read()).find(({ purpose }) => purpose === 'customer');
    const path = part === '' ? '' : `${part}${String(customer?.['id'])}`;

    const answer = await middleware.call('PATCH', `${MESSAGES}/${id}${path}`, { state: 'disconnected' });

    expect(answer.status).toBe(status);
    expect((await read())[0]).toMatchObject({ purpose: 'customer', state: 'disconnected', disconnectType });
  });
});

describe('requests about integrations from public sources', () => {
  it('create an integration and rename it', async () => {
    const { status, body } = await middleware.call('POST', INTEGRATIONS, INTEGRATION_REQUEST);
    const path = `${INTEGRATIONS}/${String(body['id'])}`;

    expect(status).toBe(200);
    expect(body).toMatchObject(INTEGRATION_REQUEST);
    expect((await middleware.call('PATCH', path, { name: 'Renamed' })).body).toMatchObject({
      ...INTEGRATION_REQUEST,
      name: 'Renamed',
    });
  });
});
