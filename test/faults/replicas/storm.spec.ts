import { setTimeout as delay } from 'node:timers/promises';
import { SeededRandom } from '../../support/seeded-random';
import { probe, recovered } from './outage-probe';
import { ReplicaLoad } from './replica-load';
import { ReplicaWorld } from './replica-world';
import { verdictOn } from './verdict';

const CAP = 60;
/** Longer than a lease lasts: other replicas claim its sessions meanwhile. */
const FROZEN_MS = 12_500;

describe('three replicas on one PostgreSQL', () => {
  const random = new SeededRandom();
  let world: ReplicaWorld;

  beforeAll(async () => {
    world = await ReplicaWorld.start({ environment: { SESSION_MAX_CONCURRENT: String(CAP) } });
  });

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });

  it('keep every promise while one is frozen, one is killed, one is disconnected, and the database restarts', async () => {
    await using load = new ReplicaLoad(world, new SeededRandom(random.seed + 1), {
      guests: 40,
      residents: 20,
    });
    await random.explain(async () => {
      load.start(8);
      const [frozen, killed, cutOff] = shuffled(world.replicas, random);
      await delay(random.between(500, 1_500));
      frozen?.freeze();
      const thawed = delay(FROZEN_MS).then(() => frozen?.thaw());
      await killed?.kill();
      await delay(random.between(200, 1_500));
      await killed?.start();
      cutOff?.database.blackHole();
      await delay(random.between(200, 2_500));
      cutOff?.database.heal();
      killed?.database.halfOpen();
      await delay(random.between(0, 1_000));
      await world.server.halt();
      await world.server.resume();
      cutOff?.database.reset();
      await thawed;
      await delay(1_000);
      await load.stop();

      expect(await verdictOn(world, load, CAP)).toEqual([]);
      expect(load.ended.size).toBeGreaterThan(0);
    });
  });

  it('report a database outage immediately, stay alive, and recover by themselves', async () => {
    await world.server.halt();
    const probed = await Promise.all(world.replicas.map(probe));
    await world.server.resume();

    const expected = { live: 200, ready: 503, opening: 503, hasRetryAfter: true };
    expect(probed).toEqual(probed.map(({ tookMs }) => ({ ...expected, tookMs })));
    expect(Math.max(...probed.map(({ tookMs }) => tookMs))).toBeLessThan(25_000);
    await recovered(world.replicas, 60_000);
  });
});

function shuffled<T>(items: readonly T[], random: SeededRandom): T[] {
  return items
    .map((item) => ({ item, place: random.next() }))
    .sort((one, other) => one.place - other.place)
    .map(({ item }) => item);
}
