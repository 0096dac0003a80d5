import { setTimeout as delay } from 'node:timers/promises';
import { ServiceApi } from '../../../support/service-api';
import { type Probed, probe, recovered } from '../outage-probe';
import { ReplicaLoad } from '../replica-load';
import { ReplicaWorld } from '../replica-world';
import { verdictOn } from '../verdict';
import type { Run } from './scenario';
import { summaryOf } from './times';

const CAP = 200;
const SESSIONS = 30;
const REFUSED_WITHIN_MS = 1_000;
const RECOVERED_WITHIN_MS = 10_000;
/** Validity of a lease without a renewal, and the time for requests in flight. */
const TRUST_MS = 9_500;

/** Stops the database for a minute: the replicas report it immediately, stay alive, and recover by themselves. */
export async function outage({ random, tell, entry, minutes }: Run): Promise<string[]> {
  await using world = await ReplicaWorld.start({
    entry,
    environment: { SESSION_MAX_CONCURRENT: String(CAP) },
  });
  const load = new ReplicaLoad(world, random, { guests: SESSIONS, residents: 0 });
  await Promise.all(world.replicas.map(({ url }) => new ServiceApi(url).openMany(SESSIONS / 3)));
  const downAt = Date.now();
  await world.server.halt();
  const findings = await whileDown(world, downAt + minutes * 60_000, tell);
  findings.push(...beatFindings(world, downAt, tell));
  await world.server.resume();
  const tookMs = await recovered(world.replicas, 3 * RECOVERED_WITHIN_MS);
  tell(`all replicas served openings again after ${Math.round(tookMs)} ms`);
  if (tookMs > RECOVERED_WITHIN_MS) findings.push('the replicas did not recover in time');
  return [...findings, ...(await verdictOn(world, load, CAP))];
}

async function whileDown(world: ReplicaWorld, until: number, tell: Run['tell']): Promise<string[]> {
  const times: number[] = [];
  const findings = new Set<string>();
  while (Date.now() < until) {
    for (const replica of world.replicas) {
      const probed = await probe(replica);
      times.push(probed.tookMs);
      for (const finding of wrongIn(replica.name, probed)) findings.add(finding);
    }
    await delay(500);
  }
  tell(`openings were refused after: ${summaryOf(times)}`);
  const late = times.filter((time) => time > REFUSED_WITHIN_MS).length;
  return [...findings, ...(late === 0 ? [] : [`${late} openings were refused after more than a second`])];
}

function wrongIn(name: string, { live, ready, opening, hasRetryAfter }: Probed): string[] {
  const isRight = live === 200 && ready === 503 && opening === 503 && hasRetryAfter;
  const seen = `live ${live}, ready ${ready}, opening ${opening}${hasRetryAfter ? '' : ' without Retry-After'}`;
  return isRight ? [] : [`${name}: ${seen}`];
}

/** Checks that beats continue while the lease is valid, and then stop. */
function beatFindings({ genesys }: ReplicaWorld, downAt: number, tell: Run['tell']): string[] {
  const beats = genesys.requests.find({ method: 'PATCH' }).map(({ at }) => at - downAt);
  const last = Math.max(...beats);
  tell(`the last beat arrived ${Math.round(last)} ms after the stop signal to the database`);
  if (Date.now() - downAt < TRUST_MS) return [];
  return [
    ...(beats.some((at) => at > 3_000 && at < 5_000) ? [] : ['no beat while the lease was valid']),
    ...(last > TRUST_MS ? ['a beat after the end of the lease'] : []),
  ];
}
