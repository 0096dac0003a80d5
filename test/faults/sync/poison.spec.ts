import { World } from '../../../src/world';
import { ApiClient } from '../../support/api-client';
import { openWithRetries } from '../../support/compressed-time';
import { DeliveriesApi } from '../../support/deliveries-api';
import { LogCapture } from '../../support/log-capture';
import { until } from '../../support/until';

const OTHERS = 200;
/** One below the threshold for a failing receiver. */
const POISONED = 4;
/** A quiet machine takes a small part of this time. */
const P95_MS = 4_000;

describe('a receiver that permanently refuses the events of a few conversations', () => {
  let world: World;
  let api: ApiClient;
  let deliveries: DeliveriesApi;
  const poisoned: string[] = [];

  beforeAll(async () => {
    world = await World.start({
      logOutput: new LogCapture(),
      environment: {
        // Refused events are retried as often as possible.
        SYNC_FIRST_RETRY_MS: '10',
        GENESYS_REQUESTS_PER_MINUTE: '100000',
        SESSION_MAX_CONCURRENT: '1000',
        LOG_LEVEL: 'error',
      },
    });
    api = new ApiClient(world.url);
    deliveries = new DeliveriesApi(world.url);
    world.crm.faults.add({ match: { bodyContains: '"poisoned"' }, fault: { kind: 'status', status: 500 } });
    while (poisoned.length < POISONED) poisoned.push(await api.opened({ queueId: 'poisoned' }));
    for (const id of poisoned) await api.end(id);
    await until(() => world.crm.requests.count({ status: 500 }) > POISONED);
  });

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });

  it('gets those of all others immediately', async () => {
    const others = await openWithRetries(world.url, OTHERS);
    for (const id of others) await api.end(id);
    await until(() => world.crm.received.length === 2 * OTHERS);

    const delays = world.crm.received
      .map(({ at, body }) => at - Date.parse((body as { timestamp: string }).timestamp))
      .sort((a, b) => a - b);
    expect(delays[Math.floor(0.95 * delays.length)]).toBeLessThan(P95_MS);
    expect(await deliveries.sink()).toMatchObject({ condition: 'healthy', blockedConversations: POISONED });
  });

  it('gets no later event of a refused conversation before the first one', async () => {
    for (const id of poisoned) {
      const heard = world.crm.requests.find({ conversationId: id });
      expect(heard.length).toBeGreaterThan(1);
      expect(new Set(heard.map(({ body }) => (body as { id: string }).id)).size).toBe(1);
      expect(await deliveries.historyOf(id, 2)).toMatchObject({ status: 'pending', failures: 0 });
    }
    expect(world.crm.received.filter(({ body }) => JSON.stringify(body).includes('poisoned'))).toEqual([]);
  });

  it('gets all events in order once it accepts them', async () => {
    world.crm.faults.clear();
    await deliveries.resume();
    await until(async () => (await deliveries.sink()).pending === 0);
    for (const id of poisoned) {
      const sequences = world.crm.eventsOf(id).map(({ body }) => (body as { sequence: number }).sequence);
      expect(sequences).toEqual([1, 2]);
    }
  });
});

describe('a receiver that permanently refuses the events of many conversations', () => {
  const PROBE_MS = 300;
  const MANY = 20;

  it('delays the events of others by a few probes, not by one probe for each refused conversation', async () => {
    await using world = await World.start({
      logOutput: new LogCapture(),
      environment: {
        SYNC_FIRST_RETRY_MS: '50',
        SYNC_PROBE_INTERVAL_MS: String(PROBE_MS),
        LOG_LEVEL: 'error',
      },
    });
    const [api, deliveries] = [new ApiClient(world.url), new DeliveriesApi(world.url)];
    world.crm.faults.add({ match: { bodyContains: '"poisoned"' }, fault: { kind: 'status', status: 500 } });
    for (let count = 0; count < MANY; count += 1) await api.opened({ queueId: 'poisoned' });
    await until(async () => (await deliveries.sink()).blockedConversations === MANY);
    const refusedBefore = world.crm.requests.count({ status: 500 });

    const healthy = await api.opened();
    await until(() => world.crm.eventsOf(healthy).length === 1);

    expect(world.crm.requests.count({ status: 500 }) - refusedBefore).toBeLessThan(MANY / 4);
    // The relay draws its conclusion once the delivery is settled.
    await until(async () => (await deliveries.sink()).condition === 'healthy');
  });
});
