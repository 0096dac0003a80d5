import { setTimeout as delay } from 'node:timers/promises';
import { ServiceApi } from '../../../support/service-api';
import { ReplicaLoad } from '../replica-load';
import { ReplicaWorld } from '../replica-world';
import { verdictOn } from '../verdict';
import type { Run } from './scenario';

const PER_MINUTE = 300;
const WINDOW_MS = 60_000;
const SESSIONS = 120;
/** Each replica alone needs more than the whole budget. */
const BEAT_MS = 5_000;
const AGAIN_MS = 500;
const RATE_LIMITED = 429;

/** Three replicas need far more than the budget of one OAuth client: Genesys Cloud counts no more than the budget. */
export async function budget({ random, tell, entry, minutes }: Run): Promise<string[]> {
  await using world = await ReplicaWorld.start({
    entry,
    genesys: { requestsPerMinute: PER_MINUTE, rateWindowMs: WINDOW_MS },
    environment: {
      SESSION_MAX_CONCURRENT: String(SESSIONS),
      GENESYS_REQUESTS_PER_MINUTE: String(PER_MINUTE),
      HEARTBEAT_MAX_INTERVAL_MS: String(BEAT_MS),
    },
  });
  await Promise.all(
    world.replicas.map(({ url }) => openWithRetries(new ServiceApi(url), SESSIONS / world.replicas.length)),
  );
  tell(`${SESSIONS} sessions are open and need ${(SESSIONS * WINDOW_MS) / BEAT_MS} beats a minute`);
  await delay(minutes * WINDOW_MS);
  const times = world.genesys.requests.find({ path: /^\/api\/v2\// }).map(({ at }) => at);
  const refused = world.genesys.requests.count({ status: RATE_LIMITED });
  const most = mostWithin(WINDOW_MS, times);
  tell(`${times.length} requests, at most ${most} in any minute, ${refused} refused`);
  const load = new ReplicaLoad(world, random, { guests: 1, residents: 0 });
  return [
    ...(refused === 0 ? [] : [`${refused} requests were too many`]),
    ...(await verdictOn(world, load, SESSIONS, WINDOW_MS)),
  ];
}

/** Openings use the budget too: refused ones are repeated. */
async function openWithRetries(api: ServiceApi, count: number): Promise<void> {
  for (let opened = 0; opened < count;) {
    const { status } = await api.open();
    if (status === 201) opened += 1;
    else await delay(AGAIN_MS);
  }
}

/** Returns the maximum number of these times in any window of this length. */
function mostWithin(ms: number, times: readonly number[]): number {
  let first = 0;
  return times.reduce((most, at, index) => {
    while ((times[first] ?? at) <= at - ms) first += 1;
    return Math.max(most, index - first + 1);
  }, 0);
}
