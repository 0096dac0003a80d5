import { setTimeout as delay } from 'node:timers/promises';
import { ReplicaLoad } from '../replica-load';
import { ReplicaWorld } from '../replica-world';
import { verdictOn } from '../verdict';
import type { Run } from './scenario';

const CAP = 200;
const CALLERS = 8;
const FROZEN_MS = 30_000;
/** What it may have been about to do is done. */
const AFTERWARDS_MS = 5_000;

/** Each replica in its turn is frozen for thirty seconds under load, and goes on: nothing of what it was about to do is done. */
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
    tell(`${replica.name} slept for ${FROZEN_MS / 1000} s`);
    await delay(AFTERWARDS_MS);
  }
  await load.stop();
  tell(load.summary);
  return await verdictOn(world, load, CAP);
}
