import type { ConversationBody } from '../../../src/simulator/conversation';
import type { FaultRule } from '../../../src/simulator/fault';
import { crmEvents, crmStory, settled } from '../../support/invariants';
import { ProcessWorld } from '../../support/process-world';
import { DATABASES, type ServiceStorage, ServiceStorages } from '../../support/service-storage';
import { waitFor } from '../../support/wait-for';

const OPENING = { method: 'POST', path: '/api/v2/conversations/messaging$' };
const DISCONNECT = { method: 'PATCH', bodyContains: '"disconnected"' };
const LONGER_THAN_THE_TEST_MS = 600_000;

const storages = new ServiceStorages();
afterAll(() => storages.stop());

describe.each(DATABASES)('a service on %s that is killed in the middle of', (database) => {
  let storage: ServiceStorage;
  let world: ProcessWorld;

  beforeAll(async () => {
    storage = await storages.create(database);
    world = await ProcessWorld.start(storage);
  });

  beforeEach(() => {
    world.genesys.faults.clear();
    world.crm.faults.clear();
  });

  afterAll(async () => {
    await world.stop();
    await storage.remove();
  });

  it('an opening that Genesys Cloud has executed closes the conversation there and sends no CRM event', async () => {
    const id = await killDuringOpening({
      fault: { kind: 'delay', ms: LONGER_THAN_THE_TEST_MS, effect: 'after' },
    });

    await waitFor(() => {
      expect(world.genesys.state.conversation(id)?.state).toBe('disconnected');
    });
    await expectGivenUp(id);
  });

  it('an opening that Genesys Cloud executes only after the restart closes the conversation as well', async () => {
    const { state, requests } = world.genesys;
    const id = await killDuringOpening({ fault: { kind: 'hang-before-headers' } });
    await waitFor(() => {
      expect(requests.count({ method: 'PATCH', conversationId: id, status: 404 })).toBeGreaterThan(0);
    });

    const [opening] = requests.find({ method: 'POST', conversationId: id });
    state.openConversation('crash-client', opening?.body as ConversationBody);

    await waitFor(() => {
      expect(state.conversation(id)?.state).toBe('disconnected');
    }, 20_000);
    await expectGivenUp(id);
  });

  it('the end of a session completes it, and sends one CRM event', async () => {
    const id = await world.api.opened();
    world.genesys.faults.add({
      match: DISCONNECT,
      fault: { kind: 'delay', ms: LONGER_THAN_THE_TEST_MS, effect: 'after' },
      times: 1,
    });
    const answer = world.api.end(id).catch(() => 'none');
    await waitFor(() => {
      expect(world.genesys.state.conversation(id)?.state).toBe('disconnected');
    });

    await killAndRestart();

    expect(await answer).toBe('none');
    await waitFor(() => {
      expect(crmStory(world.crm, id)).toEqual(['1 connected', '2 terminated']);
    });
    expect((await world.api.get(id)).body).toMatchObject({ state: 'terminated', endReason: 'requested' });
  });

  it('a delivery that the CRM has accepted repeats that event with the same id before the next one', async () => {
    world.crm.faults.add({
      fault: { kind: 'delay', ms: LONGER_THAN_THE_TEST_MS, effect: 'after' },
      times: 1,
    });
    const id = await world.api.opened();
    await waitFor(() => {
      expect(crmStory(world.crm, id)).toEqual(['1 connected']);
    });
    await world.api.end(id);

    await killAndRestart();

    await waitFor(() => {
      expect(crmStory(world.crm, id)).toEqual(['1 connected', '2 terminated']);
    });
    const heard = crmEvents(world.crm).get(id) ?? [];
    expect(heard.map(({ state }) => state)).toEqual(['connected', 'connected', 'terminated']);
    expect(heard[1]).toEqual(heard[0]);
  });

  /** Kills and restarts the service as soon as the simulator has read the opening; returns its conversation id. */
  async function killDuringOpening(rule: FaultRule): Promise<string> {
    const seen = world.genesys.requests.count({ method: 'POST', status: null });
    world.genesys.faults.add({ ...rule, match: OPENING, times: 1 });
    const answer = world.api.open().catch(() => 'none');
    const id = await waitFor(() => {
      const waiting = world.genesys.requests.find({ method: 'POST', status: null });
      expect(waiting).toHaveLength(seen + 1);
      return String(waiting.at(-1)?.conversationId);
    });
    await killAndRestart();
    expect(await answer).toBe('none');
    return id;
  }

  /** Neither of these outcomes depends on the time until the lease of the killed process expires. */
  async function killAndRestart(): Promise<void> {
    await world.service.kill();
    await storage.expireLeases();
    await world.restart();
  }

  async function expectGivenUp(id: string): Promise<void> {
    await settled(world);
    expect((await world.api.get(id)).body).toMatchObject({
      state: 'failed',
      endReason: 'interrupted',
      disconnect: 'confirmed',
    });
    expect(world.genesys.state.conversation(id)?.posts).toBe(1);
    expect(crmStory(world.crm, id)).toEqual([]);
    expect(await world.api.metric('session_slots_in_use')).toBe((await world.api.list('active')).length);
  }
});
