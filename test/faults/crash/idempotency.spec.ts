import type { FaultRule } from '../../../src/simulator/fault';
import { crmStory, settled } from '../../support/invariants';
import { ProcessWorld } from '../../support/process-world';
import type { ApiAnswer } from '../../support/service-api';
import { DATABASES, type ServiceStorage, ServiceStorages } from '../../support/service-storage';
import { waitFor } from '../../support/wait-for';

const OPENING = { method: 'POST', path: '/api/v2/conversations/messaging$' };
const LONGER_THAN_THE_TEST_MS = 600_000;
const CALLERS = 100;

const storages = new ServiceStorages();
afterAll(() => storages.stop());

describe.each(DATABASES)('100 requests with one idempotency key, on %s, across a kill', (database) => {
  let storage: ServiceStorage;
  let world: ProcessWorld;
  let slots = 0;

  beforeAll(async () => {
    storage = await storages.create(database);
    world = await ProcessWorld.start(storage);
  }, 60_000);

  beforeEach(() => {
    world.genesys.faults.clear();
    world.crm.faults.clear();
  });

  afterAll(async () => {
    await world.stop();
    await storage.remove();
  });

  it('before Genesys Cloud has carried the opening out open one conversation', async () => {
    await killWhile('hanging', { kind: 'hang-before-headers' }, untilSeenUpstream);
    await expectOneSession('hanging');
  }, 40_000);

  it('after Genesys Cloud has carried the opening out open no second one', async () => {
    const fault = { kind: 'delay', ms: LONGER_THAN_THE_TEST_MS, effect: 'after' } as const;
    await killWhile('unheard', fault, untilSeenUpstream);
    expect(world.genesys.state.conversations.size).toBe(2);

    await expectOneSession('unheard');
    expect(world.genesys.state.conversations.size).toBe(2);
  }, 40_000);

  it('after the session is durable get the answer that was kept', async () => {
    const known = world.crm.received.length;
    const before = await killWhile('durable', undefined, () => {
      expect(world.crm.received.length).toBeGreaterThan(known);
    });

    const answers = await expectOneSession('durable');
    expect(answers.every(({ isReplayed }) => isReplayed)).toBe(true);
    for (const { body } of before) expect(body).toEqual(answers[0]?.body);
  }, 40_000);

  it('while they arrive open one conversation, whoever of them got how far', async () => {
    await killWhile('arriving', undefined, () => undefined);
    await expectOneSession('arriving');
  }, 40_000);

  it('have left nothing behind', async () => {
    const sessions = await settled(world);

    expect(sessions.map(({ state }) => state)).toEqual(['active', 'active', 'active', 'active']);
    expect(world.genesys.state.conversations.size).toBe(4);
    expect(await world.api.metric('session_slots_in_use')).toBe(4);
    expect(await world.api.metric('heartbeats_running')).toBe(4);
  }, 40_000);

  /** Sends the requests, kills the service at the moment that does not throw, and starts it again; what was answered. */
  async function killWhile(
    key: string,
    fault: FaultRule['fault'] | undefined,
    moment: (earlier: number) => void,
  ): Promise<ApiAnswer[]> {
    const earlier = world.genesys.requests.count({ method: 'POST', status: null });
    if (fault !== undefined) world.genesys.faults.add({ match: OPENING, fault, times: 1 });
    const { api } = world;
    const answers = Promise.all(
      Array.from({ length: CALLERS }, () => api.open('queue-1', key).catch(() => undefined)),
    );
    await waitFor(() => {
      moment(earlier);
    });
    await world.restart();
    return (await answers).filter((answer) => answer !== undefined);
  }

  function untilSeenUpstream(earlier: number): void {
    expect(world.genesys.requests.count({ method: 'POST', status: null })).toBe(earlier + 1);
  }

  /** Everybody comes again, and gets the one session that there is. */
  async function expectOneSession(key: string): Promise<ApiAnswer[]> {
    const answers = await Promise.all(Array.from({ length: CALLERS }, () => world.api.open('queue-1', key)));
    slots += 1;

    expect(new Set(answers.map(({ status, body }) => JSON.stringify({ status, body }))).size).toBe(1);
    const id = String(answers[0]?.body['conversationId']);
    expect([answers[0]?.status, world.genesys.state.conversation(id)?.state]).toEqual([201, 'connected']);
    await waitFor(() => {
      expect(crmStory(world.crm, id)).toEqual(['1 connected']);
    });
    expect(await world.api.metric('session_slots_in_use')).toBe(slots);
    return answers;
  }
});
