import { SchedulerRegistry } from '@nestjs/schedule';
import { World } from '../../src/world';
import type { Fault } from '../../src/simulator/fault';
import { ApiClient } from '../support/api-client';
import { auditTrailOf } from '../support/audit-trail';
import { until } from '../support/until';

const BEAT = 'heartbeatSequence';

describe('a heartbeat', () => {
  let world: World;
  let api: ApiClient;

  beforeAll(async () => {
    world = await World.start({
      environment: {
        HEARTBEAT_MAX_INTERVAL_MS: '100',
        HEARTBEAT_MIN_INTERVAL_MS: '100',
        UPSTREAM_TIMEOUT_MS: '2000',
        UPSTREAM_BREAKER_MIN_RPS: '1000000',
        LOG_LEVEL: 'error',
      },
    });
    api = new ApiClient(world.url);
  });

  afterEach(() => {
    world.genesys.faults.clear();
  });

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });

  function beatsOf(conversationId: string): number {
    return world.genesys.requests
      .find({ conversationId, method: 'PATCH' })
      .filter(({ body }) => JSON.stringify(body).includes(BEAT)).length;
  }

  function spoilBeats(conversationId: string, fault: Fault): void {
    world.genesys.faults.add({ match: { conversationId, bodyContains: BEAT }, fault });
  }

  function intervals(): string[] {
    return world.app.get(SchedulerRegistry, { strict: false }).getIntervals();
  }

  it('is one named interval for the lifetime of the session', async () => {
    const conversationId = await api.opened();
    expect(intervals().filter((name) => name === conversationId)).toHaveLength(1);
    await api.end(conversationId);
    expect(intervals()).not.toContain(conversationId);
  });

  it('that fails three times in a row ends the session: one graceful disconnect, a CRM event, a free slot', async () => {
    const conversationId = await api.opened();
    spoilBeats(conversationId, { kind: 'status', status: 500 });
    await until(async () => (await api.stateOf(conversationId)) === 'disconnected');
    expect(beatsOf(conversationId)).toBe(3);
    expect(world.genesys.state.conversation(conversationId)).toMatchObject({
      disconnects: 1,
      state: 'disconnected',
    });
    expect((await api.get(conversationId)).body).toMatchObject({
      endReason: 'heartbeat-lost',
      disconnect: 'confirmed',
    });
    await until(() => world.crm.eventsOf(conversationId).length === 2);
    expect(world.crm.eventsOf(conversationId)[1]?.body).toMatchObject({ state: 'disconnected' });
    const trail = await auditTrailOf(world, conversationId);
    const record = trail.find(({ action }) => action === 'SESSION_DISCONNECTED');
    expect(record?.detail['disconnectionRate']).toMatch(/^[01]\.\d{4}$/);
    expect(intervals()).not.toContain(conversationId);
  });

  it('that succeeds in between resets the count of failures', async () => {
    const conversationId = await api.opened();
    for (let after = 0; after < 6; after += 3) {
      world.genesys.faults.add({
        match: { conversationId, bodyContains: BEAT },
        fault: { kind: 'status', status: 500 },
        times: 2,
        after,
      });
    }
    await until(() => beatsOf(conversationId) >= 9);
    expect(await api.stateOf(conversationId)).toBe('active');
    await api.end(conversationId);
  });

  it.each<[string, Fault]>([
    ['throttled', { kind: 'status', status: 429, retryAfter: 0 }],
    ['refused for a missing permission', { kind: 'status', status: 403 }],
    ['refused whatever the token', { kind: 'status', status: 401 }],
    ['cut off by the network', { kind: 'reset' }],
  ])('that is %s eight times leaves the session alive', async (_what, fault) => {
    const conversationId = await api.opened();
    spoilBeats(conversationId, fault);
    await until(() => beatsOf(conversationId) >= 8);
    expect((await api.get(conversationId)).body).toMatchObject({
      state: 'active',
      heartbeat: { consecutiveFailures: 0 },
    });
    world.genesys.faults.clear();
    const beats = world.genesys.state.conversation(conversationId)?.beats ?? 0;
    await until(() => (world.genesys.state.conversation(conversationId)?.beats ?? 0) > beats);
    await api.end(conversationId);
  });

  it('without a token leaves the session alive', async () => {
    const conversationId = await api.opened();
    world.genesys.state.revokeClient('demo-client');
    const before = world.genesys.requests.count({ path: '/oauth/token' });
    await until(() => world.genesys.requests.count({ path: '/oauth/token' }) >= before + 5);
    expect(await api.stateOf(conversationId)).toBe('active');
    world.genesys.state.restoreClient('demo-client');
    const beats = world.genesys.state.conversation(conversationId)?.beats ?? 0;
    await until(() => (world.genesys.state.conversation(conversationId)?.beats ?? 0) > beats);
    await api.end(conversationId);
  });

  it('that finds no conversation ends the session at once, with no further call', async () => {
    const conversationId = await api.opened();
    await until(() => beatsOf(conversationId) >= 1);
    world.genesys.state.disconnect(conversationId);
    await until(async () => (await api.stateOf(conversationId)) === 'disconnected');
    expect((await api.get(conversationId)).body).toMatchObject({
      endReason: 'gone',
      endCause: '404 not.found',
    });
    expect(world.genesys.state.conversation(conversationId)).toMatchObject({ lateBeats: 1, disconnects: 0 });
    await until(() => world.crm.eventsOf(conversationId).length === 2);
  });

  it('never overlaps itself when Genesys is slow', async () => {
    const conversationId = await api.opened();
    spoilBeats(conversationId, { kind: 'delay', ms: 450 });
    await until(() => beatsOf(conversationId) >= 4);
    const requests = world.genesys.requests.find({ conversationId, method: 'PATCH' }).slice(-3);
    const gaps = requests.slice(1).map(({ at }, index) => at - (requests[index]?.at ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(440);
    await api.end(conversationId);
  });
});
