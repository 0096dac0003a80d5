import { waitFor } from '../../../support/wait-for';
import { ServiceApi } from '../../../support/service-api';
import { ReplicaLoad } from '../replica-load';
import { ReplicaWorld } from '../replica-world';
import { verdictOn } from '../verdict';
import type { Run } from './scenario';
import { summaryOf } from './times';

const SESSIONS = 600;
const BEAT_MS = 3_000;
const AGAIN_WITHIN_MS = 12_000;

/** Kills one of three replicas with 600 sessions: every session that it held beats again in time. */
export async function orphans({ random, tell, entry }: Run): Promise<string[]> {
  await using world = await ReplicaWorld.start({
    entry,
    environment: { SESSION_MAX_CONCURRENT: String(SESSIONS), HEARTBEAT_MAX_INTERVAL_MS: String(BEAT_MS) },
  });
  await openAll(world);
  const victim = random.pick([...world.replicas] as [ReplicaWorld['replicas'][0]]);
  const left = await heldBy(world, victim.url);
  const killedAt = Date.now();
  await victim.kill();
  const first = (id: string): number | undefined =>
    world.genesys.state.conversation(id)?.beatTimes.find((at) => at > killedAt + 100);
  await waitFor(() => {
    if (left.some((id) => first(id) === undefined)) throw new Error('Some do not beat yet.');
  }, 2 * AGAIN_WITHIN_MS).catch(() => undefined);
  const waits = left.map((id) => (first(id) ?? Infinity) - killedAt);
  tell(`of ${SESSIONS} sessions ${left.length} were orphaned; they beat again after: ${summaryOf(waits)}`);
  await victim.start();
  const findings = await verdictOn(
    world,
    new ReplicaLoad(world, random, { guests: 1, residents: 0 }),
    SESSIONS,
  );
  const late = waits.filter((wait) => wait > AGAIN_WITHIN_MS).length;
  return late === 0 ? findings : [`${late} sessions did not beat again within 12 s`, ...findings];
}

async function openAll({ replicas }: ReplicaWorld): Promise<void> {
  const answers = await Promise.all(
    replicas.map(({ url }) => new ServiceApi(url).openMany(SESSIONS / replicas.length)),
  );
  const failed = answers.flat().filter(({ status }) => status !== 201);
  if (failed.length > 0)
    throw new Error(`Of the openings ${failed.length} failed: ${JSON.stringify(failed[0])}`);
}

async function heldBy(world: ReplicaWorld, address: string): Promise<string[]> {
  const rows = await world.query(
    `select conversation_id as id from session join replica on replica.id = session.holder
      where replica.address = '${address}' and state = 'active'`,
  );
  return rows.map(({ id }) => String(id));
}
