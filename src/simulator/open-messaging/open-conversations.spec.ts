import { GenesysSimulator } from '../genesys-simulator';
import { Answered } from '../web-messaging/call-json.fake';
import { EndedBy } from './open-conversation';
import { INTEGRATION, OpenMiddleware } from './open-middleware.fake';
import { OpenMessaging } from './open-messaging';
import { OpenMessagingOptions } from './open-messaging-options';
import { BOB, START, startOpenWorld } from './open-world.fake';

let simulator: GenesysSimulator;
let middleware: OpenMiddleware;
let open: OpenMessaging;
let id: string;
let time = START;

async function start(options: OpenMessagingOptions = {}): Promise<void> {
  ({ simulator, middleware, id } = await startOpenWorld(() => time, options));
  open = simulator.openMessaging;
}

beforeEach(async () => {
  time = START;
  await start();
});
afterEach(() => simulator.close());

const messages = (rest: string, method = 'GET', body?: unknown): Promise<Answered> =>
  middleware.call(method, `/api/v2/conversations/messages/${rest}`, body);

async function participants(): Promise<Record<string, unknown>[]> {
  return (await messages(id)).body['participants'] as Record<string, unknown>[];
}

async function stages(): Promise<string[]> {
  return (await participants()).map(
    ({ purpose, state, disconnectType = '' }) =>
      `${String(purpose)} ${String(state)} ${String(disconnectType)}`,
  );
}

describe('the participants of an open conversation', () => {
  it('are the customer and the flow, then the queue, then the agent', async () => {
    expect(await stages()).toEqual(['customer connected ', 'workflow connected ']);
    open.agent.enqueue('guest-1', 'queue-1');
    expect(await stages()).toEqual([
      'customer connected ',
      'workflow disconnected transfer',
      'acd connected ',
    ]);
    open.agent.join('guest-1', BOB);
    expect((await stages()).slice(2)).toEqual(['acd disconnected transfer', 'agent connected ']);
    expect((await participants()).at(-1)).toMatchObject({
      user: { id: 'bob' },
      queue: { id: 'queue-1' },
      name: 'Bob',
    });
  });

  it('alert before they answer or decline', async () => {
    open.agent.enqueue(id, 'queue-1');
    open.agent.alert(id, BOB);
    expect((await stages()).at(-1)).toBe('agent alerting ');
    expect((await participants()).at(-1)).not.toHaveProperty('connectedTime');
    expect(open.agent.decline(id)).toBe(true);
    expect((await stages()).at(-1)).toBe('agent disconnected transfer.noanswer');
    expect(open.agent.decline(id)).toBe(false);
    open.agent.alert(id, BOB);
    time += 1_000;
    open.agent.join(id, BOB);
    const agents = (await participants()).filter(({ purpose }) => purpose === 'agent');
    expect(agents).toMatchObject([
      { state: 'disconnected', wrapupRequired: true },
      {
        state: 'connected',
        startTime: new Date(START).toISOString(),
        connectedTime: new Date(time).toISOString(),
      },
    ]);
    expect(agents[0]).not.toHaveProperty('startAcwTime');
  });

  it('change by transfer, which does not end the conversation', async () => {
    open.agent.join(id, BOB);
    open.agent.transfer(id, { userId: 'eve' });
    open.agent.transfer(id, { queueId: 'queue-2' });

    expect((await stages()).slice(2)).toEqual([
      'agent disconnected transfer',
      'agent disconnected transfer',
      'acd connected ',
    ]);
    expect(open.conversation(id)?.isOpen).toBe(true);
  });

  it.each<[EndedBy, string, string]>([
    ['agent', 'peer', 'client'],
    ['customer', 'endpoint', 'peer'],
    ['inactivity', 'inactivity', 'inactivity'],
    ['system', 'system', 'system'],
    ['spam', 'spam', 'spam'],
    ['api', 'client', 'client'],
  ])('end by %s as %s and %s, once', async (by, customer, agent) => {
    open.agent.join(id, BOB);
    expect(open.agent.end(id, by)).toBe(true);
    expect(open.agent.end(id, 'system')).toBe(false);

    const all = await stages();
    expect([all[0], all.at(-1)]).toEqual([
      `customer disconnected ${customer}`,
      `agent disconnected ${agent}`,
    ]);
    expect(open.conversation(id)?.endedBy).toBe(by);
  });

  it('end with any types, in the spelling of the API', async () => {
    open.agent.join(id, BOB);
    open.agent.end(id, 'system', { customer: 'session.expired', agent: 'endpoint.dnd' });

    const all = await stages();
    expect(all[0]).toBe('customer disconnected session.expired');
    expect(all.at(-1)).toBe('agent disconnected endpoint.donotdisturb');
  });

  it('have after-call work until it is wrapped up', async () => {
    open.agent.join(id, BOB);
    expect(open.agent.wrapUp(id, 'too-early')).toBe(false);
    open.agent.end(id, 'agent');
    const endedAt = new Date(time).toISOString();
    expect((await participants()).at(-1)).toMatchObject({ wrapupRequired: true, startAcwTime: endedAt });
    time += 12_000;
    expect(open.agent.wrapUp(id, 'solved', { notes: 'fine', tags: ['vip'] })).toBe(true);
    expect(open.agent.wrapUp(id, 'again')).toBe(false);

    const endTime = new Date(time).toISOString();
    const wrapup = { code: 'solved', notes: 'fine', tags: ['vip'], durationSeconds: 12, endTime };
    const agent = (await participants()).at(-1);
    expect(agent).toMatchObject({ endAcwTime: endTime });
    expect(agent?.['wrapup']).toEqual(wrapup);
  });

  it('list the messages of each side', async () => {
    const inbound = open.conversation(id)?.received[0]?.id;
    const said = open.agent.say(id, 'hello');
    const bot = open.agent.say(id, { text: 'beep', by: 'Bot' });

    const lists = (await participants()).map(({ purpose, messages: list }) => [
      purpose,
      (list as { messageId: string }[]).map(({ messageId }) => messageId),
    ]);
    expect(lists).toEqual([
      ['customer', [inbound]],
      ['workflow', [bot?.id]],
      ['agent', [said?.id]],
    ]);
  });
});

describe('the API of an open conversation', () => {
  it('disconnects all of it', async () => {
    await simulator.close();
    await start({ disconnectTypeOfPatch: 'system' });
    expect((await messages(id, 'PATCH', { state: 'parked' })).status).toBe(400);
    expect((await messages(id, 'DELETE')).status).toBe(405);
    const { status, body } = await messages(id, 'PATCH', { state: 'disconnected' });

    expect(status).toBe(200);
    expect(body['participants']).toMatchObject([{ disconnectType: 'system' }, { disconnectType: 'system' }]);
    expect(open.conversation(id)?.endedBy).toBe('api');
  });

  it.each([
    ['customer', 'endpoint', 'peer'],
    ['agent', 'peer', 'client'],
  ])('disconnects a participant, as the end by the %s', async (purpose, customer, agent) => {
    open.agent.join(id, BOB);
    const one = (await participants()).find((participant) => participant['purpose'] === purpose);
    const path = `${id}/participants/${String(one?.['id'])}`;
    expect((await messages(path, 'PATCH', {})).status).toBe(400);
    expect((await messages(path)).status).toBe(405);
    expect((await messages(`${id}/participants/unknown`, 'PATCH', {})).status).toBe(404);
    expect((await messages(path, 'PATCH', { state: 'disconnected' })).status).toBe(202);

    const all = await stages();
    expect([all[0], all.at(-1)]).toEqual([
      `customer disconnected ${customer}`,
      `agent disconnected ${agent}`,
    ]);
    await messages(path, 'PATCH', { wrapup: { code: 'solved' } });
    expect((await participants()).at(-1)).toMatchObject({ wrapup: { code: 'solved' } });
  });

  it('shows start and end', async () => {
    const path = `/api/v2/conversations/${id}`;
    expect((await middleware.call('GET', path)).body).toMatchObject({
      startTime: '2026-11-22T08:00:00.000Z',
      endTime: null,
    });
    time += 60_000;
    open.agent.end(id, 'customer');

    expect((await middleware.call('GET', path)).body).toMatchObject({
      endTime: '2026-11-22T08:01:00.000Z',
      participants: [
        {
          purpose: 'customer',
          messages: [
            {
              state: 'disconnected',
              disconnectType: 'endpoint',
              disconnectedTime: '2026-11-22T08:01:00.000Z',
              type: 'open',
            },
          ],
        },
        { purpose: 'workflow', messages: [{ disconnectType: 'peer' }] },
      ],
    });
    expect((await middleware.call('PATCH', path, {})).status).toBe(405);
    expect((await middleware.call('GET', '/api/v2/conversations/unknown')).status).toBe(404);
  });

  it('finds the conversation of a message in either direction', async () => {
    const said = String(open.agent.say(id, 'hello')?.id);
    const receipt = {
      channel: { to: { id: 'guest-1' }, time: '2026-11-22T08:00:00.000Z' },
      status: 'Delivered',
    };
    await middleware.inbound('receipt', { ...receipt, id: said });
    const inbound = String(open.conversation(id)?.received[0]?.id);

    expect((await messages(`${said}/details`)).body).toMatchObject({
      conversationId: id,
      direction: 'outbound',
      fromAddress: INTEGRATION,
      toAddress: 'guest-1',
      messengerType: 'open',
      status: 'delivery-success',
      normalizedMessage: { text: 'hello' },
    });
    expect((await messages(`${inbound}/details`)).body).toMatchObject({
      conversationId: id,
      direction: 'inbound',
      providerMessageId: 'ext-1',
      fromAddress: 'guest-1',
    });
    expect((await messages('unknown/details')).status).toBe(404);
  });

  it('starts conversations without a guest', async () => {
    const body = {
      fromAddress: INTEGRATION,
      toAddress: 'guest-2',
      toAddressMessengerType: 'open',
      textBody: 'News',
    };
    const sent = await messages('agentless', 'POST', body);

    expect(sent.status).toBe(202);
    expect(sent.body['conversationId']).toBe(open.conversation('guest-2')?.id);
    expect((await messages('agentless', 'POST', { ...body, textBody: 'x'.repeat(2_001) })).status).toBe(400);
    expect((await messages('agentless', 'POST', { ...body, fromAddress: 'unknown' })).status).toBe(404);
  });
});
