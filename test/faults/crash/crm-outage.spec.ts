import { crmStory } from '../../support/invariants';
import { ProcessWorld } from '../../support/process-world';
import { DATABASES, type ServiceStorage, ServiceStorages } from '../../support/service-storage';
import { waitFor } from '../../support/wait-for';

const SAMPLES = 40;
const RECOVERED_WITHIN_MS = 60_000;
const WHOLE_STORY = ['1 connected', '2 terminated'];

const storages = new ServiceStorages();
afterAll(() => storages.stop());

describe.each(DATABASES)('a service on %s whose CRM', (database) => {
  let storage: ServiceStorage;
  let world: ProcessWorld;

  beforeAll(async () => {
    storage = await storages.create(database);
    world = await ProcessWorld.start(storage, {
      genesys: { latencyMs: 20 },
      environment: { SYNC_FIRST_RETRY_MS: '500', SYNC_PROBE_INTERVAL_MS: '2000' },
    });
  });

  beforeEach(() => {
    world.crm.faults.clear();
  });

  afterAll(async () => {
    await world.stop();
    await storage.remove();
  });

  it('refuses everything for a while opens sessions as fast as before, and delivers all events in order afterwards', async () => {
    const { crm, api } = world;
    await openedAndTimed(SAMPLES);
    const before = await openedAndTimed(SAMPLES);
    await waitFor(() => {
      expect(crm.received).toHaveLength(2 * SAMPLES);
    });

    const outage = crm.faults.add({ fault: { kind: 'status', status: 500 } });
    const during = await openedAndTimed(SAMPLES);
    await api.endMany(during.ids);
    await waitFor(() => {
      expect(crm.requests.count({ status: 500 })).toBeGreaterThanOrEqual(5);
    });
    expect(crm.received).toHaveLength(2 * SAMPLES);
    crm.faults.remove(outage);
    const recoveredAt = Date.now();

    // An opening that waited for a delivery would take seconds longer.
    expect(during.medianMs).toBeLessThan(before.medianMs + 1_000);
    await waitFor(() => {
      expect(during.ids.map((id) => crmStory(crm, id))).toEqual(during.ids.map(() => WHOLE_STORY));
    }, RECOVERED_WITHIN_MS);
    expect((crm.received[2 * SAMPLES]?.at ?? Infinity) - recoveredAt).toBeLessThan(RECOVERED_WITHIN_MS);
  });

  it('refuses the events of one conversation permanently delivers those of all others immediately', async () => {
    const { crm, api } = world;
    const refused = await api.opened();
    await waitFor(() => {
      expect(crmStory(crm, refused)).toEqual(['1 connected']);
    });
    crm.faults.add({ match: { conversationId: refused }, fault: { kind: 'status', status: 500 } });
    await api.end(refused);
    await waitFor(() => {
      expect(crm.requests.count({ conversationId: refused, status: 500 })).toBeGreaterThan(0);
    });

    const others = await api.openedMany(20);
    await api.endMany(others);

    await waitFor(() => {
      expect(others.map((id) => crmStory(crm, id))).toEqual(others.map(() => WHOLE_STORY));
    });
    await waitFor(() => {
      expect(crm.requests.count({ conversationId: refused, status: 500 })).toBeGreaterThan(1);
    });
    expect(crmStory(crm, refused)).toEqual(['1 connected']);
  });

  /** Opens this many sessions, one after the other. */
  async function openedAndTimed(count: number): Promise<{ ids: string[]; medianMs: number }> {
    const ids: string[] = [];
    const times: number[] = [];
    while (ids.length < count) {
      const startedAt = performance.now();
      ids.push(await world.api.opened());
      times.push(performance.now() - startedAt);
    }
    times.sort((a, b) => a - b);
    return { ids, medianMs: times[Math.floor(count / 2)] ?? Infinity };
  }
});
