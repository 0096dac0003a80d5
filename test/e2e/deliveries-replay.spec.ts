import { World } from '../../src/world';
import { DatabaseConnection } from '../../src/persistence/database/database-connection';
import { ApiClient } from '../support/api-client';
import { auditTrailOf } from '../support/audit-trail';
import { DeliveriesApi } from '../support/deliveries-api';
import { LogCapture } from '../support/log-capture';
import { until } from '../support/until';

const FOUR_DAYS_MS = 4 * 86_400_000;

interface Sent {
  readonly id: string;
  readonly sequence: number;
}

describe('a repeated delivery', () => {
  let world: World;
  let api: ApiClient;
  let deliveries: DeliveriesApi;

  beforeAll(async () => {
    // A refused delivery is retried only when this test requests it.
    const environment = { SYNC_FIRST_RETRY_MS: '600000', LOG_LEVEL: 'error' };
    world = await World.start({ environment, logOutput: new LogCapture() });
    api = new ApiClient(world.url);
    deliveries = new DeliveriesApi(world.url);
  });

  afterEach(() => {
    world.crm.faults.clear();
  });

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });

  /** Returns the events of a conversation that the CRM accepted, in the order of acceptance. */
  function sentOf(conversationId: string): Sent[] {
    return world.crm.eventsOf(conversationId).map(({ body }) => body as Sent);
  }

  async function acceptedTwice(): Promise<string> {
    const conversationId = await api.opened();
    await api.end(conversationId);
    await until(() => sentOf(conversationId).length === 2);
    await untilAll(conversationId, 'delivered');
    return conversationId;
  }

  /** Makes a session with two pending events, the first refused once. */
  async function refusedOnce(): Promise<string> {
    const fault = { kind: 'status', status: 422 } as const;
    world.crm.faults.add({ match: { bodyContains: '"refused"' }, fault });
    const conversationId = await api.opened({ queueId: 'refused' });
    await api.end(conversationId);
    await until(async () => (await deliveries.of(conversationId))[0]?.failures === 1);
    return conversationId;
  }

  async function untilAll(conversationId: string, status: string): Promise<void> {
    await until(async () => (await deliveries.of(conversationId)).every((one) => one.status === status));
  }

  async function actionsOn(conversationId: string): Promise<string[]> {
    const trail = await auditTrailOf(world, conversationId);
    return trail.map(({ action }) => action).filter((action) => action.startsWith('DELIVER'));
  }

  it('after a refusal is made immediately, and its successors follow', async () => {
    const conversationId = await refusedOnce();
    world.crm.faults.clear();
    const [first] = await deliveries.of(conversationId);

    const { status, body } = await api.request('POST', `/v1/deliveries/${first?.id}/retry`);

    expect({ status, id: body['id'] }).toEqual({ status: 202, id: first?.id });
    await untilAll(conversationId, 'delivered');
    expect(sentOf(conversationId).map(({ sequence }) => sequence)).toEqual([1, 2]);
    const results = (await deliveries.historyOf(conversationId)).attempts.map(({ result }) => result);
    expect(results).toEqual(['failed', 'accepted']);
    expect(await actionsOn(conversationId)).toEqual(['DELIVERY_RETRIED']);
  });

  it('that is not the first of its conversation waits for its predecessors', async () => {
    const conversationId = await refusedOnce();
    world.crm.faults.clear();
    const [first, second] = await deliveries.of(conversationId);
    await deliveries.retry(second?.id ?? '');
    await acceptedTwice();
    expect(sentOf(conversationId)).toEqual([]);

    await deliveries.retry(first?.id ?? '');

    await untilAll(conversationId, 'delivered');
    expect(sentOf(conversationId).map(({ sequence }) => sequence)).toEqual([1, 2]);
  });

  it('after a success is made once more, under the same id', async () => {
    const conversationId = await acceptedTwice();
    const [first] = await deliveries.of(conversationId);
    const before = await deliveries.metric('outbox_replayed_total');

    await deliveries.retry(first?.id ?? '');

    await until(() => sentOf(conversationId).length === 3);
    const [original, , repeat] = sentOf(conversationId);
    expect(repeat).toEqual(original);
    await untilAll(conversationId, 'delivered');
    expect((await deliveries.historyOf(conversationId)).attempts).toHaveLength(2);
    expect(await deliveries.metric('outbox_replayed_total')).toBe(before + 1);
  });

  it('after it was given up is made again, like a new one', async () => {
    const conversationId = await refusedOnce();
    const { db } = world.app.get(DatabaseConnection);
    const [first] = await deliveries.of(conversationId);
    const eventId = first?.event.id ?? '';
    await db
      .updateTable('delivery')
      .set({ queued_at: Date.now() - FOUR_DAYS_MS })
      .where('event_id', '=', eventId)
      .execute();

    const dead = 'outbox_dead{sink="crm"}';
    await deliveries.retry(first?.id ?? '');
    await until(async () => (await deliveries.historyOf(conversationId)).status === 'dead');
    await until(async () => (await deliveries.historyOf(conversationId, 2)).failures === 1);
    expect(await deliveries.metric(dead)).toBe(1);
    expect((await deliveries.sink()).dead).toBe(1);
    const given = (await auditTrailOf(world, conversationId)).filter(
      ({ detail }) => detail['final'] === 'yes',
    );
    expect(given).toMatchObject([
      { action: 'CRM_SYNC_FAILED', detail: { error: 'status 422', sequence: 1 } },
    ]);

    world.crm.faults.clear();
    expect(await deliveries.replay({ conversationId })).toBe(2);
    await untilAll(conversationId, 'delivered');
    expect(sentOf(conversationId).map(({ sequence }) => sequence)).toEqual([1, 2]);
    expect(await deliveries.metric(dead)).toBe(0);
  });

  it('of a whole conversation is in order, under the same ids', async () => {
    const conversationId = await acceptedTwice();
    const other = await acceptedTwice();

    expect(await deliveries.replay({ conversationId })).toBe(2);

    await until(() => sentOf(conversationId).length === 4);
    const sent = sentOf(conversationId);
    expect(sent.slice(2)).toEqual(sent.slice(0, 2));
    expect(sentOf(other)).toHaveLength(2);
    expect(await actionsOn(conversationId)).toEqual(['DELIVERIES_REPLAYED']);
  });

  it('of a time range is in order, without events outside of it', async () => {
    const before = await acceptedTwice();
    const startedAt = await laterThan(before);
    const within = [await acceptedTwice(), await acceptedTwice()];
    const endedAt = await laterThan(within[1] ?? '');
    const after = await acceptedTwice();
    const span = { from: startedAt, to: endedAt };

    expect(await deliveries.replay({ ...span, sink: 'archive' })).toBe(0);
    expect(await deliveries.replay({ ...span, sink: 'crm' })).toBe(4);

    await until(() => within.every((id) => sentOf(id).length === 4));
    for (const id of within) expect(sentOf(id).map(({ sequence }) => sequence)).toEqual([1, 2, 1, 2]);
    for (const id of [before, after]) expect(sentOf(id)).toHaveLength(2);
    const times = { from: Date.parse(startedAt), to: Date.parse(endedAt) };
    const replays = (await auditTrailOf(world)).filter(({ detail }) => detail['from'] === times.from);
    expect(replays.map(({ action, detail }) => [action, detail])).toEqual([
      ['DELIVERIES_REPLAYED', { replayed: 0, sink: 'archive', ...times }],
      ['DELIVERIES_REPLAYED', { replayed: 4, sink: 'crm', ...times }],
    ]);
  });

  it.each([
    ['nothing at all', {}, '#'],
    ['a sink only', { sink: 'crm' }, '#'],
    ['a beginning only', { from: '2027-01-15T08:00:00Z' }, '#'],
    ['an end only', { to: '2027-01-15T08:00:00Z' }, '#'],
    ['a span that is empty', { from: '2027-01-15T08:00:00Z', to: '2027-01-15T08:00:00Z' }, '#/to'],
    ['a span that ends first', { from: '2027-01-15T08:00:00Z', to: '2027-01-15T07:00:00Z' }, '#/to'],
    ['no moment', { from: 'yesterday', to: '2027-01-15T07:00:00Z' }, '#/from'],
    ['no conversation', { conversationId: 'all' }, '#/conversationId'],
    ['no sink', { conversationId: '11111111-2222-4333-8444-555555555555', sink: 'CRM' }, '#/sink'],
    ['a field too many', { conversationId: '11111111-2222-4333-8444-555555555555', all: true }, '#/all'],
  ])('is refused when it selects %s', async (_what, selection, pointer) => {
    const { status, body } = await api.request('POST', '/v1/deliveries/replay', selection);
    expect({ status, code: body['code'] }).toEqual({ status: 400, code: 'validation-failed' });
    expect(body['errors']).toEqual([expect.objectContaining({ pointer })]);
  });

  /** Returns a time in the API's format, after all events of a conversation. */
  async function laterThan(conversationId: string): Promise<string> {
    const occurred = (await deliveries.of(conversationId)).map(({ event }) => Date.parse(event.occurredAt));
    const last = Math.max(...occurred);
    await until(() => Date.now() > last + 1);
    return new Date(last + 1).toISOString();
  }
});
