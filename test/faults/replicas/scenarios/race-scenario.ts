import { ServiceApi } from '../../../support/service-api';
import { ReplicaLoad } from '../replica-load';
import { ReplicaWorld } from '../replica-world';
import { verdictOn } from '../verdict';
import type { Run } from './scenario';

const SLOTS = 500;
const CLIENTS = 64;

/** Many clients open sessions over all replicas until each is refused: as many sessions as slots are opened. */
export async function race({ random, tell, entry }: Run): Promise<string[]> {
  await using world = await ReplicaWorld.start({
    entry,
    environment: { SESSION_MAX_CONCURRENT: String(SLOTS), HEARTBEAT_MAX_INTERVAL_MS: '5000' },
  });
  const startedAt = performance.now();
  const counts = await Promise.all(
    Array.from({ length: CLIENTS }, (_, client) => openUntilRefused(world, client)),
  );
  const opened = counts.reduce((sum, count) => sum + count, 0);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  tell(`${CLIENTS} clients opened ${opened} sessions in ${seconds} s, of ${SLOTS} slots`);
  const findings = await verdictOn(world, new ReplicaLoad(world, random, { guests: 1, residents: 0 }), SLOTS);
  return opened === SLOTS ? findings : [`${opened} sessions were opened in ${SLOTS} slots`, ...findings];
}

/** Opens sessions in rotation over the replicas; returns their number. */
async function openUntilRefused({ replicas }: ReplicaWorld, client: number): Promise<number> {
  const apis = replicas.map(({ url }) => new ServiceApi(url));
  for (let opened = 0; ; opened += 1) {
    const answer = await apis[(client + opened) % apis.length]?.open();
    if (answer?.status === 429) return opened;
    if (answer?.status !== 201) throw new Error(`An opening was answered with ${JSON.stringify(answer)}`);
  }
}
