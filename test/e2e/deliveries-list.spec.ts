import { World } from '../../src/world';
import type { DeliveryResponse } from '../../src/sync/dto/delivery.response';
import { ApiClient } from '../support/api-client';
import { DeliveriesApi } from '../support/deliveries-api';
import { until } from '../support/until';

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const UNKNOWN = '11111111-2222-4333-8444-555555555555';

describe("deliveries in the operators' API", () => {
  let world: World;
  let api: ApiClient;
  let deliveries: DeliveriesApi;
  let accepted: string;
  let refused: string;

  beforeAll(async () => {
    // A refused delivery is retried only when this test requests it.
    const environment = { SYNC_FIRST_RETRY_MS: '600000', LOG_LEVEL: 'error' };
    world = await World.start({ environment });
    api = new ApiClient(world.url);
    deliveries = new DeliveriesApi(world.url);
    const body = { secret: 'what the receiver says' };
    world.crm.faults.add({
      match: { bodyContains: '"refused"' },
      fault: { kind: 'status', status: 422, body },
    });
    accepted = await api.opened();
    refused = await api.opened({ queueId: 'refused' });
    await api.end(accepted);
    await api.end(refused);
    await until(async () => (await deliveries.list('?status=delivered')).items.length === 2);
    await until(async () => (await deliveries.of(refused))[0]?.failures === 1);
  });

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });

  /** Returns `<type> <status>` of each listed delivery. */
  async function listed(query: string): Promise<string[]> {
    const { items } = await deliveries.list(query);
    return items.map(({ event, status }) => `${event.type} ${status}`).sort();
  }

  it('are one per event and sink, with its state and without its content', async () => {
    const [first, second] = await deliveries.of(accepted);
    expect(first).toEqual({
      id: `crm.${first?.event.id}`,
      sink: 'crm',
      status: 'delivered',
      failures: 0,
      queuedAt: expect.stringMatching(ISO),
      settledAt: expect.stringMatching(ISO),
      event: {
        id: (world.crm.eventsOf(accepted)[0]?.body as { id: string }).id,
        type: 'session.connected',
        conversationId: accepted,
        sequence: 1,
        occurredAt: first?.queuedAt,
      },
    });
    expect(second).toMatchObject({
      status: 'delivered',
      event: { type: 'session.terminated', sequence: 2 },
    });
  });

  it('that wait show their age, the time of the next attempt and the error', async () => {
    const [first, second] = await deliveries.of(refused);
    expect(first).toMatchObject({
      status: 'pending',
      failures: 1,
      lastError: 'status 422',
      nextAttemptAt: expect.stringMatching(ISO),
    });
    expect(Date.parse(first?.nextAttemptAt ?? '') - Date.now()).toBeGreaterThan(400_000);
    expect(second).toMatchObject({ status: 'pending', failures: 0 });
    expect(second).not.toHaveProperty('lastError');
    expect(second).not.toHaveProperty('settledAt');
  });

  it('are found by conversation, by status and by sink, and by all of them', async () => {
    const both = ['session.connected', 'session.terminated'];
    const waiting = both.map((type) => `${type} pending`);
    const settled = both.map((type) => `${type} delivered`);
    expect(await listed(`?conversationId=${refused}`)).toEqual(waiting);
    expect(await listed('?status=pending')).toEqual(waiting);
    expect(await listed('?status=failing')).toEqual(['session.connected pending']);
    expect(await listed('?status=delivered')).toEqual(settled);
    expect(await listed('?status=dead')).toEqual([]);
    expect(await listed('?sink=crm')).toEqual([...settled, ...waiting].sort());
    expect(await listed('?sink=archive')).toEqual([]);
    expect(await listed(`?sink=crm&status=delivered&conversationId=${accepted}`)).toEqual(settled);
    expect(await listed(`?status=pending&conversationId=${accepted}`)).toEqual([]);
    expect(await listed(`?conversationId=${UNKNOWN}`)).toEqual([]);
  });

  it('come page by page, the last queued first, each once', async () => {
    const seen: DeliveryResponse[] = [];
    let cursor: string | null = null;
    do {
      const page = await deliveries.list(`?sink=crm&limit=1${cursor === null ? '' : `&cursor=${cursor}`}`);
      seen.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null);
    const times = seen.map(({ queuedAt }) => queuedAt);
    expect(times).toEqual([...times].sort().reverse());
    expect(new Set(seen.map(({ id }) => id)).size).toBe(4);
    expect(seen).toHaveLength(4);
  });

  it('are not listed with an invalid cursor, or one of another query', async () => {
    const ours = (await deliveries.list('?limit=1&status=pending')).nextCursor ?? '';
    const sessions = String((await api.list('?limit=1')).body['nextCursor']);
    const forged = Buffer.from(JSON.stringify(['deliveries', '*', 'pending', '*', 'soon', 'crm.1'])).toString(
      'base64url',
    );
    const wrong = [
      `?status=pending&cursor=nonsense`,
      `?status=pending&cursor=${forged}`,
      `?cursor=${ours}`,
      `?status=delivered&cursor=${ours}`,
      `?status=pending&sink=crm&cursor=${ours}`,
      `?status=pending&conversationId=${refused}&cursor=${ours}`,
      `?cursor=${sessions}`,
    ];
    for (const query of wrong) {
      expect(await api.request('GET', `/v1/deliveries${query}`)).toMatchObject({
        status: 400,
        body: { code: 'validation-failed', errors: [{ pointer: '#/cursor', code: 'invalid-cursor' }] },
      });
    }
    expect((await api.list(`?cursor=${ours}`)).status).toBe(400);
    expect((await deliveries.list(`?status=pending&cursor=${ours}`)).items).toHaveLength(1);
  });

  it.each([
    'status=lost',
    'sink=CRM',
    'conversationId=1',
    'limit=0',
    'limit=201',
    'status=',
    'order=asc',
    "sink=crm'%20or%20'1'='1",
    'sink=crm;drop%20table%20delivery',
    'sink=%25',
    `conversationId=${UNKNOWN}'--`,
    'conversationId=%00',
  ])('are not listed for %s', async (query) => {
    expect(await api.request('GET', `/v1/deliveries?${query}`)).toMatchObject({
      status: 400,
      body: { code: 'validation-failed' },
    });
  });

  it('have a history of attempts without bodies', async () => {
    const refusal = await deliveries.historyOf(refused);
    expect(refusal.attempts).toEqual([
      {
        at: expect.stringMatching(ISO),
        result: 'failed',
        latencyMs: expect.any(Number),
        status: 422,
        error: 'status 422',
      },
    ]);
    expect((await deliveries.historyOf(refused, 2)).attempts).toEqual([]);
    const acceptance = await deliveries.historyOf(accepted);
    expect(acceptance.attempts).toEqual([
      { at: acceptance.settledAt, result: 'accepted', latencyMs: expect.any(Number) },
    ]);
    for (const history of [refusal, acceptance])
      expect(JSON.stringify(history)).not.toMatch(/secret|metadata|queueId|guestRef|jwt_/);
  });

  it('are not found by an unknown id', async () => {
    const [known] = await deliveries.of(accepted);
    const strangers = [`crm.${UNKNOWN}`, `archive.${known?.event.id}`, known?.event.id, 'crm.', 'a%00b'];
    for (const id of strangers) {
      for (const [method, path] of [
        ['GET', `/v1/deliveries/${id}`],
        ['POST', `/v1/deliveries/${id}/retry`],
      ] as const) {
        const { status, body } = await api.request(method, path);
        expect({ status, code: body['code'] }).toEqual({ status: 404, code: 'delivery-not-found' });
      }
    }
  });
});
