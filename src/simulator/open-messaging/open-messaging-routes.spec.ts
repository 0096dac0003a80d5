import { GenesysSimulator } from '../genesys-simulator';
import { Answered, callJson } from '../web-messaging/call-json.fake';
import { INTEGRATION, OpenMiddleware, SECRET } from './open-middleware.fake';
import { OpenMessaging } from './open-messaging';
import { WebhookReceiver } from './webhook-receiver.fake';

let receiver: WebhookReceiver;
let simulator: GenesysSimulator;
let open: OpenMessaging;

beforeEach(async () => {
  receiver = await WebhookReceiver.start();
  simulator = await GenesysSimulator.start({
    openMessaging: { integrations: [{ id: INTEGRATION, secret: SECRET }] },
  });
  open = simulator.openMessaging;
  const middleware = await OpenMiddleware.logIn(simulator);
  await middleware.say('guest-1', 'hi', { messageId: 'ext-1' });
});
afterEach(async () => {
  await simulator.close();
  await receiver.close();
});

function control(name: string, body?: object, method = 'POST'): Promise<Answered> {
  return callJson(method, `${simulator.url}/_sim/open/${name}`, '', body);
}

describe('the control routes of Open Messaging', () => {
  it('play the organisation', async () => {
    await control('webhook', { integrationId: INTEGRATION, url: receiver.url });
    const guest = 'guest-1';
    const acts: [string, object][] = [
      ['enqueue', { queueId: 'q' }],
      ['alert', { userId: 'bob' }],
      ['decline', {}],
      ['join', { userId: 'bob', name: 'Bob' }],
      ['transfer', { userId: 'eve' }],
      ['transfer', { queueId: 'q2' }],
      ['join', { userId: 'bob' }],
      ['end', { by: 'system', types: { customer: 'session.expired', agent: 'nonsense' } }],
      ['wrap-up', { code: 'solved', notes: 'n', tags: ['t'] }],
    ];
    for (const [name, body] of acts)
      expect([name, (await control(name, { guest, ...body })).status]).toEqual([name, 204]);

    expect(
      open
        .conversation(guest)
        ?.participants.map(({ purpose, session }) => [purpose, session?.disconnectType]),
    ).toEqual([
      ['customer', 'session.expired'],
      ['workflow', 'transfer'],
      ['acd', 'transfer'],
      ['agent', 'transfer.noanswer'],
      ['agent', 'transfer'],
      ['agent', 'transfer'],
      ['acd', 'transfer'],
      ['agent', 'system'],
    ]);
    expect(open.conversation(guest)?.participants.at(-1)?.wrapup).toMatchObject({
      code: 'solved',
      notes: 'n',
      tags: ['t'],
    });
  });

  it('send messages, typing, receipts and raw webhooks', async () => {
    await control('webhook', { integrationId: INTEGRATION, url: receiver.url });
    const guest = 'guest-1';
    const said = await control('say', { guest, text: 'Hello', nickname: 'Bot', by: 'Bot' });
    await control('typing', { guest });
    await control('receipt', {
      guest,
      message: 'ext-1',
      status: 'Failed',
      reasons: [{ code: 'GeneralError' }],
    });
    await control('start', { guest: 'guest-2', integrationId: INTEGRATION, text: 'News' });
    await control('raw', { integrationId: INTEGRATION, body: { type: 'Unknown' } });
    await open.settled();

    const bodies = receiver.received.map(({ body }) => body);
    expect(bodies).toHaveLength(5);
    expect(bodies).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: said.body['id'], text: 'Hello', originatingEntity: 'Bot' }),
        expect.objectContaining({ type: 'Event' }),
        expect.objectContaining({ type: 'Receipt', status: 'Failed', reasons: [{ code: 'GeneralError' }] }),
        expect.objectContaining({ text: 'News' }),
        expect.objectContaining({ type: 'Unknown' }),
      ]),
    );
  });

  it('disturb deliveries and show them', async () => {
    await control('webhook', { integrationId: INTEGRATION, url: receiver.url });
    await control('disturb', { hold: true, duplicateShare: 1, lateShare: 0.5, lateMs: 7 });
    await control('say', { guest: 'guest-1', text: '1' });
    await control('say', { guest: 'guest-1', text: '2' });
    expect(open.webhooks).toMatchObject({ pending: 4, duplicateShare: 1, lateShare: 0.5, lateMs: 7 });
    await control('disturb', { hold: false, reversed: true });
    await open.settled();

    expect(receiver.texts).toEqual(['2', '2', '1', '1']);
    const deliveries = await control('deliveries?limit=1', undefined, 'GET');
    expect(deliveries.body).toMatchObject([
      { outcome: 'delivered', isDuplicate: true, attempts: [{ status: 200 }] },
    ]);
  });

  it('show conversations and the state', async () => {
    const { id } = open.conversation('guest-1') ?? {};

    expect((await control('conversations', undefined, 'GET')).body).toMatchObject([
      { id, guestId: 'guest-1', posts: 1 },
    ]);
    expect((await control('conversations/guest-1', undefined, 'GET')).body).toMatchObject({
      id,
      received: [{ text: 'hi' }],
    });
    const state = await callJson('GET', `${simulator.url}/_sim/state`);
    expect(state.body).toMatchObject({ openMessaging: { integrations: 1, conversations: 1, open: 1 } });
    await callJson('POST', `${simulator.url}/_sim/reset`);
    expect((await control('conversations/guest-1', undefined, 'GET')).status).toBe(404);
  });

  it('set the wait of a queue', async () => {
    expect((await control('wait', { queueId: 'q', seconds: 5 })).status).toBe(204);
    expect(open.waitSeconds.get('q')).toBe(5);
    expect((await control('wait', { queueId: 'q' })).status).toBe(400);
  });

  it.each<[string, object, number]>([
    ['say', { text: 'Hi' }, 400],
    ['say', { guest: 'unknown', text: 'Hi' }, 404],
    ['dance', { guest: 'guest-1' }, 404],
    ['end', { guest: 'guest-1', by: 'magic' }, 400],
    ['wrap-up', { guest: 'guest-1', code: 'early' }, 404],
    ['start', { guest: 'guest-2', integrationId: 'unknown', text: 'x' }, 404],
    ['webhook', { integrationId: 'unknown', url: 'http://a' }, 404],
    ['webhook', { integrationId: INTEGRATION }, 400],
  ])('answer %s %j with %i', async (name, body, status) => {
    expect((await control(name, body)).status).toBe(status);
  });
});
