import { GenesysSimulator } from '../genesys-simulator';
import { OpenMiddleware } from '../open-messaging/open-middleware.fake';
import { BOB, START, startOpenWorld } from '../open-messaging/open-world.fake';
import { Answered } from '../web-messaging/call-json.fake';
import { GuestClient } from '../web-messaging/guest-client.fake';

const INTERVAL = '2026-11-22T00:00:00.000Z/2026-11-23T00:00:00.000Z';
const MESSAGES = '/api/v2/conversations/messages';

let simulator: GenesysSimulator;
let middleware: OpenMiddleware;
let id: string;
let time = START;

async function start(options: { readonly analyticsLagMs?: number } = {}): Promise<void> {
  ({ simulator, middleware, id } = await startOpenWorld(() => time, options));
}

beforeEach(async () => {
  time = START;
  await start();
});
afterEach(() => simulator.close());

async function webConversation(): Promise<string> {
  const guest = await GuestClient.connectAndConfigure(simulator.url, 'web-guest');
  await guest.say('Hi');
  return simulator.webMessaging.session('web-guest')?.conversationId ?? '';
}

describe('the query of analytics', () => {
  const query = (body: object): Promise<Answered> =>
    middleware.call('POST', '/api/v2/analytics/conversations/details/query', { interval: INTERVAL, ...body });

  async function found(body: object): Promise<unknown[]> {
    const conversations = (await query(body)).body['conversations'] as { conversationId: string }[];
    return conversations.map(({ conversationId }) => conversationId);
  }

  const where = (predicate: object): object => ({
    segmentFilters: [{ type: 'and', predicates: [predicate] }],
  });

  it('finds the conversations of all channels that lived in the interval', async () => {
    const web = await webConversation();
    expect((await query({})).body).toMatchObject({
      conversations: [{ conversationId: id }, { conversationId: web }],
      totalHits: 2,
    });
    simulator.openMessaging.agent.end(id, 'agent');

    expect(await found({ interval: '2026-11-22T09:00:00.000Z/2026-11-22T10:00:00.000Z' })).toEqual([web]);
    expect(await found({ interval: '2026-11-21T00:00:00.000Z/2026-11-22T08:00:00.000Z' })).toEqual([]);
  });

  it('filters', async () => {
    const web = await webConversation();
    const { agent } = simulator.openMessaging;
    agent.enqueue(id, 'queue-1');
    agent.join(id, BOB);
    agent.end(id, 'agent');

    expect(await found(where({ dimension: 'mediaType', value: 'message' }))).toEqual([id, web]);
    expect(await found(where({ dimension: 'messageType', value: 'open' }))).toEqual([id]);
    expect(await found(where({ dimension: 'queueId', value: 'queue-1' }))).toEqual([id]);
    expect(await found(where({ dimension: 'userId', operator: 'matches', value: 'eve' }))).toEqual([]);
    const ended = { dimension: 'conversationEnd', operator: 'exists' };
    const live = { dimension: 'conversationEnd', operator: 'notExists' };
    expect(await found({ conversationFilters: [{ type: 'and', predicates: [ended] }] })).toEqual([id]);
    expect(await found({ conversationFilters: [{ predicates: [live] }] })).toEqual([web]);
    const clauses = [{ predicates: [ended] }, { predicates: [live] }];
    expect(await found({ conversationFilters: [{ type: 'or', clauses }] })).toEqual([id, web]);
    expect(await found({ conversationFilters: [{ type: 'and', clauses }] })).toEqual([]);
  });

  it('answers in pages, in the order of the starts', async () => {
    time += 1;
    const second = await middleware.say('guest-2', 'hi');

    const page = (pageNumber: number): object => ({ paging: { pageSize: 1, pageNumber } });
    expect(await found(page(1))).toEqual([id]);
    expect(await found(page(2))).toEqual([second]);
    expect(await found(page(3))).toEqual([]);
    expect(await found({ order: 'desc' })).toEqual([second, id]);
    expect((await query(page(3))).body['totalHits']).toBe(2);
  });

  it('lags behind', async () => {
    await simulator.close();
    await start({ analyticsLagMs: 1_000 });
    expect(await found({})).toEqual([]);
    time += 1_000;

    expect(await found({})).toEqual([id]);
  });

  it.each([
    { interval: 'today' },
    { interval: '2026-11-23T00:00:00.000Z/2026-11-22T00:00:00.000Z' },
    { order: 'random' },
    { paging: { pageSize: 101 } },
    { paging: { pageNumber: 0 } },
    { segmentFilters: {} },
    where({ dimension: 'mood', value: 'good' }),
    where({ dimension: 'messageType', operator: 'resembles', value: 'open' }),
    where({ dimension: 'messageType' }),
    { conversationFilters: [{ type: 'xor', predicates: [] }] },
  ])('refuses %j', async (body) => {
    expect((await query(body)).status).toBe(400);
  });

  it('is a POST', async () => {
    const answered = await middleware.call('GET', '/api/v2/analytics/conversations/details/query');
    expect(answered.status).toBe(405);
  });
});

describe('the messages of a conversation in bulk', () => {
  const bulk = (conversationId: string, ids: unknown): Promise<Answered> =>
    middleware.call('POST', `${MESSAGES}/${conversationId}/messages/bulk`, ids);

  it('are those of the conversation, with their receipts', async () => {
    const { agent } = simulator.openMessaging;
    const said = agent.say(id, 'Hello')?.id ?? '';
    const other = agent.start(
      simulator.openMessaging.conversation(id)?.integrationId ?? '',
      'guest-2',
      'News',
    );
    const [received] = simulator.openMessaging.conversation(id)?.received ?? [];
    await middleware.inbound('receipt', {
      id: said,
      channel: { to: { id: 'guest-1' }, time: '2026-11-22T08:00:00.000Z' },
      status: 'Delivered',
      isFinalReceipt: true,
    });
    const { body } = await bulk(id, [received?.id, said, other?.id, 'unknown', said]);

    expect(body['entities']).toMatchObject([
      { id: received?.id, conversationId: id, direction: 'inbound', normalizedMessage: { text: 'hi' } },
      {
        id: said,
        direction: 'outbound',
        status: 'delivery-success',
        normalizedReceipts: [{ id: said, status: 'Delivered', isFinalReceipt: true }],
      },
    ]);
  });

  it('include those of web messaging', async () => {
    const web = await webConversation();
    const [message] = simulator.webMessaging.session('web-guest')?.messages ?? [];

    expect((await bulk(web, [message?.id])).body['entities']).toMatchObject([
      { id: message?.id, conversationId: web, messengerType: 'webmessaging' },
    ]);
  });

  it('are 1,000 at most', async () => {
    expect((await bulk(id, Array(1_000).fill('unknown'))).body).toEqual({ entities: [] });
    expect((await bulk(id, Array(1_001).fill('unknown'))).status).toBe(400);
    expect((await bulk(id, 'all')).status).toBe(400);
    expect((await bulk('unknown', [])).status).toBe(404);
    expect((await middleware.call('GET', `${MESSAGES}/${id}/messages/bulk`)).status).toBe(405);
  });
});
