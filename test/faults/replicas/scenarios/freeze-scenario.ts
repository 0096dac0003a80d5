import { setTimeout as delay } from 'node:timers/promises';
import { ReplicaLoad } from '../replica-load';
import { ReplicaWorld } from '../replica-world';
import { verdictOn } from '../verdict';
import type { Run } from './scenario';

const CAP = 200;
const CALLERS = 8;
const FROZEN_MS = 30_000;
/** Time for requests that the replica may have been about to send. */
const AFTERWARDS_MS = 5_000;

/**
 * Freezes each replica in turn for thirty seconds under load: after the thaw it does nothing for sessions that it has
 * lost.
 */
export async function freeze({ random, tell, entry }: Run): Promise<string[]> {
  await using world = await ReplicaWorld.start({
    entry,
    environment: { SESSION_MAX_CONCURRENT: String(CAP) },
  });
  await using load = new ReplicaLoad(world, random, { guests: 60, residents: 60 });
  load.start(CALLERS);
  for (const replica of world.replicas) {
    await delay(random.between(2_000, 5_000));
    replica.freeze();
    await delay(FROZEN_MS);
    replica.thaw();
    tell(`${replica.name} was frozen for ${FROZEN_MS / 1000} s`);
    await delay(AFTERWARDS_MS);
  }
  await load.stop();
  tell(load.summary);
  return await verdictOn(world, load, CAP);
}
