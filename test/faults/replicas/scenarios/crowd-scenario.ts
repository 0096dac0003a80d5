import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '../../../support/wait-for';
import { CrowdWorld } from '../crowd-world';
import { cpuSeconds, cpuSecondsOfFamily, residentBytes } from '../process-usage';
import type { Run } from './scenario';
import { summaryOf } from './times';

const BEAT_MS = 60_000;
const OBSERVED_MS = 60_000;
/** Time until every replica has its share and the beats are spread. */
const SETTLED_WITHIN_MS = 300_000;
const TAKEN_OVER_WITHIN_MS = 120_000;
const IDLE_MS = 10_000;
const COLLECTIONS = 5;
const COLLECT_EVERY_MS = 1_000;

/** Counters since the start. `at` and CPU times are in seconds. */
interface Usage {
  readonly at: number;
  readonly beats: number;
  readonly transactions: number;
  readonly rowsRead: number;
  readonly rowsWritten: number;
  readonly databaseCpu: number;
  readonly replicaCpu: number;
}

/**
 * Many sessions on three replicas: measures their cost, and the time until all beat again when one replica is killed.
 */
export async function crowd({ tell, entry, sessions }: Run): Promise<string[]> {
  await using world = await CrowdWorld.prepare({ beatMs: BEAT_MS, entry });
  await world.start();
  await delay(IDLE_MS);
  const idleBytes = await bytesOf(world);
  await world.stop();
  await world.fill(sessions);
  const startedAt = performance.now();
  await world.start();
  await untilHeld(world, sessions);
  tell(`${sessions} sessions have a holder ${seconds(performance.now() - startedAt)} after the start`);
  await delay(BEAT_MS + IDLE_MS);
  await observe(world, tell);
  const bytes = await bytesOf(world);
  tell(
    `${mebibytes(bytes)} resident in all, ${mebibytes(idleBytes)} of it without sessions: ` +
      `${Math.round((bytes - idleBytes) / sessions)} B per session`,
  );
  return await killOne(world, tell);
}

async function untilHeld(world: CrowdWorld, sessions: number): Promise<void> {
  await waitFor(async () => {
    const held = await world.query(
      `select count(*) as count from session join replica on replica.id = holder and is_lost = 0 group by holder`,
    );
    const counts = held.map(({ count }) => Number(count));
    const isSettled =
      counts.length === world.replicas.length &&
      counts.reduce((sum, count) => sum + count, 0) === sessions &&
      Math.max(...counts) < (1.2 * sessions) / counts.length + 20;
    if (!isSettled) throw new Error(`The sessions are held as ${counts.join()}.`);
  }, SETTLED_WITHIN_MS);
}

async function observe(world: CrowdWorld, tell: Run['tell']): Promise<void> {
  const pids = pidsOf(world);
  const before = await snapshot(world, pids);
  await delay(OBSERVED_MS);
  const after = await snapshot(world, pids);
  const rate = (name: keyof Usage): number => (after[name] - before[name]) / (after.at - before.at);
  tell(
    `${rate('beats').toFixed(0)} beats/s; the database: ${rate('transactions').toFixed(0)} transactions/s, ` +
      `${rate('rowsRead').toFixed(0)} rows read/s, ${rate('rowsWritten').toFixed(1)} rows written/s, ` +
      `${percent(rate('databaseCpu'))} of a core; the replicas ${percent(rate('replicaCpu'))} in all`,
  );
}

async function snapshot(world: CrowdWorld, pids: readonly number[]): Promise<Usage> {
  const [row] = await world.query(
    `select xact_commit + xact_rollback as transactions, tup_fetched as read,
            tup_inserted + tup_updated + tup_deleted as written
       from pg_stat_database where datname = current_database()`,
  );
  return {
    at: performance.now() / 1_000,
    beats: world.upstream.beats,
    transactions: Number(row?.['transactions']),
    rowsRead: Number(row?.['read']),
    rowsWritten: Number(row?.['written']),
    databaseCpu: cpuSecondsOfFamily(world.server.pid),
    replicaCpu: pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0),
  };
}

async function killOne(world: CrowdWorld, tell: Run['tell']): Promise<string[]> {
  const [victim] = world.replicas;
  if (victim === undefined) return ['there is no replica'];
  const rows = await world.query(
    `select conversation_id as id from session join replica on replica.id = holder where address = '${victim.url}'`,
  );
  world.upstream.watch(rows.map(({ id }) => String(id)));
  const killedAt = Date.now();
  await victim.kill();
  // A beat that was in flight at the kill is not a new one.
  await delay(500);
  world.upstream.watch(rows.map(({ id }) => String(id)));
  await waitFor(() => {
    const missing = rows.length - world.upstream.firstBeats.length;
    if (missing > 0) throw new Error(`Of the orphans ${missing} do not beat yet.`);
  }, TAKEN_OVER_WITHIN_MS).catch(() => undefined);
  const waits = world.upstream.firstBeats.map((at) => at - killedAt);
  tell(`all orphaned sessions except ${rows.length - waits.length} beat again after: ${summaryOf(waits)}`);
  return waits.length === rows.length ? [] : [`${rows.length - waits.length} orphans do not beat`];
}

function pidsOf({ replicas }: CrowdWorld): number[] {
  return replicas.flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
}

/** Returns the memory after a garbage collection. */
async function bytesOf(world: CrowdWorld): Promise<number> {
  for (let collection = 0; collection < COLLECTIONS; collection += 1) {
    for (const replica of world.replicas) replica.signal('SIGUSR2');
    await delay(COLLECT_EVERY_MS);
  }
  return pidsOf(world).reduce((sum, pid) => sum + residentBytes(pid), 0);
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
