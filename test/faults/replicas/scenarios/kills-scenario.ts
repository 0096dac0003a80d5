import { setTimeout as delay } from 'node:timers/promises';
import { ReplicaLoad } from '../replica-load';
import { ReplicaWorld } from '../replica-world';
import { verdictOn } from '../verdict';
import type { Run } from './scenario';

const CAP = 200;
const CALLERS = 8;
const KILLS = 20;
/** Longer than a lease lasts. */
const AWAY_MS = 12_000;

/**
 * Kills replicas one after the other at random under load: some are restarted immediately, others after their
 * sessions were taken over. Every promise is kept.
 */
export async function kills({ random, tell, entry }: Run): Promise<string[]> {
  await using world = await ReplicaWorld.start({
    entry,
    environment: { SESSION_MAX_CONCURRENT: String(CAP) },
  });
  await using load = new ReplicaLoad(world, random, { guests: 60, residents: 60 });
  load.start(CALLERS);
  for (let kill = 1; kill <= KILLS; kill += 1) {
    await delay(random.between(500, 3_000));
    const victim = random.pick([...world.replicas] as [ReplicaWorld['replicas'][0]]);
    const awayMs = random.next() < 0.5 ? 0 : AWAY_MS;
    await victim.kill();
    await delay(awayMs);
    await victim.start();
    tell(`kill ${kill}: ${victim.name}, down for ${awayMs / 1000} s`);
  }
  await load.stop();
  tell(load.summary);
  return await verdictOn(world, load, CAP);
}
