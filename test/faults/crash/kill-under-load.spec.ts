import { setTimeout as delay } from 'node:timers/promises';
import type { Effect } from '../../../src/simulator/fault';
import { expectRecordsAgree, expectKeptAlive, settled } from '../../support/invariants';
import { Load } from '../../support/load';
import { ProcessWorld } from '../../support/process-world';
import { SeededRandom } from '../../support/seeded-random';
import { DATABASES, type ServiceStorage, ServiceStorages } from '../../support/service-storage';
import { waitFor } from '../../support/wait-for';

const SQLITE_KILLS = Number(process.env['KILLS'] ?? 5);
/**
 * `KILLS=10` is the long run. PostgreSQL gets fewer kills, because each successor has to wait for the expiry of its
 * predecessor's lease.
 */
const KILLS = { SQLite: SQLITE_KILLS, PostgreSQL: Math.max(2, Math.round(SQLITE_KILLS / 3)) };
const CALLERS = 12;
const CAP = 150;
const OPENING = { method: 'POST', path: '/api/v2/conversations/messaging$' };

const storages = new ServiceStorages();
afterAll(() => storages.stop());

describe.each(DATABASES)('a service on %s that is killed again and again under load', (database) => {
  const random = new SeededRandom();
  let storage: ServiceStorage;
  let world: ProcessWorld;
  let load: Load;

  beforeAll(async () => {
    storage = await storages.create(database);
    world = await ProcessWorld.start(storage, {
      environment: {
        SESSION_MAX_CONCURRENT: String(CAP),
        // Until then an opening that Genesys Cloud does not know yet may still arrive there.
        SESSION_OPEN_DEADLINE_MS: '3000',
      },
      genesys: { latencyMs: random.between(20, 50), journalSize: 200_000 },
    });
    load = new Load(random);
  });

  afterEach(() => load.stop());

  afterAll(async () => {
    await world.stop();
    await storage.remove();
  });

  it('keeps the promises of all of its answers', async () => {
    await random.explain(async () => {
      load.moveTo(world.api);
      load.start(CALLERS);
      for (let kill = 1; kill <= KILLS[database]; kill += 1) {
        addTrouble(world, random);
        await untilSomeMomentOfWork(load, random);
        await world.restart();
        load.moveTo(world.api);
        await expectKeptAlive(world, load);
      }
      await load.stop();
      await expectKeptAlive(world, load);
      await expectRecordsAgree(world, load);
      expect(load.unanswered).toBeGreaterThan(0);
    });
  });

  it('leaks no slot: after all sessions have ended, exactly the cap can be opened', async () => {
    await random.explain(async () => {
      const { api } = world;
      const active = await api.list('active');
      await api.endMany(active.map(({ conversationId }) => conversationId));
      await settled(world);
      expect(await api.metric('session_slots_in_use')).toBe(0);

      const opened = await api.openMany(CAP);

      expect(opened.filter(({ status }) => status !== 201)).toEqual([]);
      expect(await api.open()).toMatchObject({ status: 429, body: { code: 'session-limit-reached' } });
    });
  });
});

/** Faults: openings that hang before or after they take effect, a failing disconnect, CRM errors. */
function addTrouble({ genesys, crm }: ProcessWorld, random: SeededRandom): void {
  const after = random.between(0, 30);
  const effect = random.pick<Effect>(['before', 'after']);
  const disconnect = { method: 'PATCH', bodyContains: '"disconnected"' };
  genesys.faults.clear();
  genesys.faults.add({ match: OPENING, fault: { kind: 'delay', ms: 300, effect }, after, times: 3 });
  genesys.faults.add({ match: disconnect, fault: { kind: 'status', status: 503 }, after, times: 1 });
  crm.faults.clear();
  crm.faults.add({ fault: { kind: 'status', status: 500, effect }, after, times: 2 });
  crm.faults.add({ fault: { kind: 'delay', ms: 100, effect }, after, times: 5 });
}

/** Waits for some successful requests, and then for a random time. */
async function untilSomeMomentOfWork(load: Load, random: SeededRandom): Promise<void> {
  const enough = load.acknowledged + random.between(20, 60);
  await waitFor(() => {
    expect(load.acknowledged).toBeGreaterThanOrEqual(enough);
  });
  await delay(random.between(0, 60));
}
