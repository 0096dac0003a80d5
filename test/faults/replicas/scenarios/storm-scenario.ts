import { setTimeout as delay } from 'node:timers/promises';
import { SeededRandom } from '../../../support/seeded-random';
import { ReplicaLoad } from '../replica-load';
import { ReplicaWorld } from '../replica-world';
import { LONG, Storm } from '../storm';
import { verdictOn } from '../verdict';
import type { Run } from './scenario';

const CAP = 60;
const CALLERS = 8;
/** Length of a storm before everything is checked. */
const ROUND_MS = 60_000;

/** Random faults under load, in rounds: after each one everything is healed and checked. */
export async function storm(run: Run): Promise<string[]> {
  const { random, tell, entry, minutes } = run;
  await using world = await ReplicaWorld.start({
    entry,
    environment: { SESSION_MAX_CONCURRENT: String(CAP) },
  });
  // A generator of its own, so that the faults do not depend on the speed of the service.
  await using load = new ReplicaLoad(world, new SeededRandom(random.seed + 1), { guests: 40, residents: 20 });
  const faults = new Storm(world, random, LONG, tell);
  const endsAt = performance.now() + minutes * 60_000;
  for (let round = 1; performance.now() < endsAt; round += 1) {
    load.start(CALLERS);
    const roundEndsAt = Math.min(endsAt, performance.now() + ROUND_MS);
    while (performance.now() < roundEndsAt) {
      await faults.strike();
      await delay(random.between(0, 1_000));
    }
    await load.stop();
    const findings = await verdictOn(world, load, CAP);
    tell(`round ${round}: ${findings.length} findings; ${load.summary}`);
    if (findings.length > 0) return [...findings, ...lastWords(world)];
    world.genesys.requests.clear();
  }
  return [];
}

function lastWords({ replicas }: ReplicaWorld): string[] {
  return replicas.map(({ name, output }) => `--- ${name}\n${output.slice(-1_500)}`);
}
