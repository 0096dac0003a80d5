import type { Fault } from '../../../src/simulator/fault';
import { World } from '../../../src/world';
import { ApiClient } from '../../support/api-client';
import { DeliveriesApi } from '../../support/deliveries-api';
import { LogCapture } from '../../support/log-capture';
import { until } from '../../support/until';

const ATTEMPT_MS = 15_000;

/**
 * Each fault applies to one conversation, by the name of its queue. The number stays below the threshold for a
 * failing receiver.
 */
const NEVER: Readonly<Record<string, Fault>> = {
  'hangs-before-headers': { kind: 'hang-before-headers' },
  'promises-and-does-not-keep': { kind: 'informational' },
};
const LATE = { queue: 'answers-after-14-seconds', fault: { kind: 'delay', ms: 14_000 } } as const;

describe('a receiver that is slow for some conversations', () => {
  let world: World;
  let api: ApiClient;
  let deliveries: DeliveriesApi;
  const conversations = new Map<string, string>();

  beforeAll(async () => {
    const environment = { SYNC_FIRST_RETRY_MS: '60000', LOG_LEVEL: 'error' };
    world = await World.start({ environment, logOutput: new LogCapture() });
    api = new ApiClient(world.url);
    deliveries = new DeliveriesApi(world.url);
    for (const [queue, fault] of [...Object.entries(NEVER), [LATE.queue, LATE.fault] as const]) {
      world.crm.faults.add({ match: { bodyContains: `"${queue}"` }, fault, times: 1 });
      conversations.set(queue, await api.opened({ queueId: queue }));
    }
    await until(() => world.crm.requests.total === conversations.size);
  });

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });

  function conversationOf(queue: string): string {
    return conversations.get(queue) ?? '';
  }

  async function untilAttempted(conversationId: string): Promise<void> {
    await until(async () => (await deliveries.historyOf(conversationId)).attempts.length === 1);
  }

  it('gets the events of all others meanwhile', async () => {
    const startedAt = performance.now();
    const other = await api.opened();
    await api.end(other);
    await until(() => world.crm.eventsOf(other).length === 2);
    expect(performance.now() - startedAt).toBeLessThan(ATTEMPT_MS);
    expect((await deliveries.sink()).condition).toBe('healthy');
  });

  it('gets no further events of those conversations meanwhile', async () => {
    for (const id of conversations.values()) await api.end(id);
    expect(await deliveries.sink()).toMatchObject({
      pending: 2 * conversations.size,
      blockedConversations: 0,
    });
    for (const id of conversations.values()) expect(world.crm.requests.count({ conversationId: id })).toBe(1);
  });

  it.each(Object.keys(NEVER))('%s causes a time-out after 15 seconds, and a retry later', async (queue) => {
    const conversationId = conversationOf(queue);
    await untilAttempted(conversationId);
    const { status, failures, attempts } = await deliveries.historyOf(conversationId);
    expect({ status, failures }).toEqual({ status: 'pending', failures: 1 });
    expect(attempts).toEqual([
      { at: expect.any(String), result: 'failed', latencyMs: expect.any(Number), error: 'no answer in time' },
    ]);
    expect(attempts[0]?.latencyMs).toBeGreaterThanOrEqual(ATTEMPT_MS - 50);
    expect(attempts[0]?.latencyMs).toBeLessThan(ATTEMPT_MS + 10_000);
    expect(world.crm.requests.count({ conversationId })).toBe(1);
  });

  it('has accepted events that it answers within the time-out', async () => {
    const conversationId = conversationOf(LATE.queue);
    await untilAttempted(conversationId);
    const { status, attempts } = await deliveries.historyOf(conversationId);
    expect({ status, result: attempts[0]?.result }).toEqual({ status: 'delivered', result: 'accepted' });
    expect(attempts[0]?.latencyMs).toBeGreaterThanOrEqual(LATE.fault.ms - 50);
  });

  it('gets all events in order once it is healthy', async () => {
    await deliveries.resume();
    await until(async () => (await deliveries.sink()).pending === 0);
    for (const id of conversations.values()) {
      const sequences = world.crm.eventsOf(id).map(({ body }) => (body as { sequence: number }).sequence);
      expect(sequences).toEqual([1, 2]);
    }
  });
});
