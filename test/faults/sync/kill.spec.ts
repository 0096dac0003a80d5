import { setTimeout as delay } from 'node:timers/promises';
import { BACKLOG_STORY, queueBacklog } from '../../support/backlog';
import { DeliveriesApi } from '../../support/deliveries-api';
import { type CrmEvent, crmEvents, crmStory } from '../../support/invariants';
import { ProcessWorld } from '../../support/process-world';
import { SeededRandom } from '../../support/seeded-random';
import { type ServiceStorage, ServiceStorages } from '../../support/service-storage';
import { waitFor } from '../../support/wait-for';

const CONVERSATIONS = 600;
const EVENTS = BACKLOG_STORY.length * CONVERSATIONS;
const IN_FLIGHT = 64;
/** Longer than the test takes to notice an accepted event, and short enough for the pace of deliveries. */
const ANSWER_MS = 100;
/** Deliveries that a killed process had claimed wait for the end of the claim, at most 20 seconds. */
const DELIVERED_WITHIN_MS = 60_000;

const storages = new ServiceStorages();
afterAll(() => storages.stop());

/** `KILLS=10` is the long run; `npm run chaos -- --only kills` is a similar run of three replicas under load. */
const KILLS = Number(process.env['KILLS'] ?? 4);

describe.each([
  ['SQLite', KILLS],
  ['PostgreSQL', 1],
] as const)('a service on %s that is killed %d times while it drains its outbox', (database, kills) => {
  const random = new SeededRandom();
  let storage: ServiceStorage;
  let world: ProcessWorld;
  let conversations: readonly string[];

  beforeAll(async () => {
    storage = await storages.create(database);
    conversations = await queueBacklog(storage.environment, CONVERSATIONS);
    world = await ProcessWorld.start(storage, {
      environment: { SYNC_FIRST_RETRY_MS: '100', SYNC_MAX_PER_SECOND: '400' },
    });
    // The answer takes a while after the event was accepted: a kill in that time leads to a repeat.
    world.crm.faults.add({ fault: { kind: 'status', status: 500 }, after: 50, times: 3 });
    world.crm.faults.add({ fault: { kind: 'delay', ms: ANSWER_MS, effect: 'after' } });
  });

  afterAll(async () => {
    await world.stop();
    await storage.remove();
  });

  it('delivers all events in order, and repeats only with the same id', async () => {
    await random.explain(async () => {
      await new DeliveriesApi(world.service.url).resume();
      for (let kill = 1; kill <= kills; kill += 1) {
        await untilSomeMomentOf(kill);
        await world.restart();
      }
      await untilDrained();

      const wrong = conversations
        .map((id) => crmStory(world.crm, id).join())
        .filter((story) => story !== BACKLOG_STORY.join());
      expect(wrong).toEqual([]);
      expectOnlyRepeats();
    });
  });

  /** Waits for a share of the deliveries, and then for a random time. */
  async function untilSomeMomentOf(kill: number): Promise<void> {
    const enough = (kill * EVENTS) / (kills + 2) + random.between(0, 50);
    await waitFor(() => {
      expect(world.crm.received.length).toBeGreaterThanOrEqual(enough);
    }, DELIVERED_WITHIN_MS);
    await delay(random.between(0, 50));
    expect(await new DeliveriesApi(world.service.url).sink()).toMatchObject({ condition: 'healthy' });
    // Between two batches no delivery would be in flight, and none would be repeated.
    const accepted = world.crm.received.length;
    await waitFor(() => {
      expect(world.crm.received.length).toBeGreaterThan(accepted);
    }, DELIVERED_WITHIN_MS);
  }

  async function untilDrained(): Promise<void> {
    await waitFor(async () => {
      expect(await new DeliveriesApi(world.service.url).sink()).toMatchObject({ pending: 0, dead: 0 });
    }, DELIVERED_WITHIN_MS);
  }

  function expectOnlyRepeats(): void {
    const heard = [...crmEvents(world.crm).values()];
    const outOfOrder = heard.filter((events) =>
      events.some(({ sequence }, index) => sequence < (events[index - 1]?.sequence ?? 0)),
    );
    expect(outOfOrder).toEqual([]);
    expect(heard.filter(hasChanged)).toEqual([]);
    expect(world.crm.received.length - EVENTS).toBeGreaterThan(0);
    // The deliveries in flight at a kill, and as many again with a record that a busy database wrote late.
    expect(world.crm.received.length - EVENTS).toBeLessThanOrEqual(2 * kills * IN_FLIGHT);
  }
});

/** Returns whether a repeated event differs from the first one. */
function hasChanged(events: readonly CrmEvent[]): boolean {
  const bodies = new Set(events.map((event) => JSON.stringify(event)));
  return bodies.size !== new Set(events.map(({ id }) => id)).size;
}
