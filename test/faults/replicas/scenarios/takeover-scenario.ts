import { setTimeout as delay } from 'node:timers/promises';
import { CrowdWorld } from '../crowd-world';
import { cpuSeconds, cpuSecondsOfFamily } from '../process-usage';
import type { Run } from './scenario';

const REPLICAS = 2;
const BEAT_MS = 60_000;
const WITHIN_MS = 300_000;
/** A question to the database costs as much as a page of claims: more often it would be a load of its own. */
const LOOK_EVERY_MS = 1_000;
const STATEMENTS = 8;
const HELD_MS = 30_000;

/** CPU times in seconds since the start of the processes. */
interface Cpu {
  readonly at: number;
  readonly database: number;
  readonly replicas: number;
}

/**
 * Two replicas that start together on many sessions without a holder: measures the time until each session is held, and
 * until each has had its first beat, with the CPU time and the statements; then the same while the sessions are held.
 */
export async function takeover({ tell, entry, sessions }: Run): Promise<string[]> {
  await using world = await CrowdWorld.prepare({ beatMs: BEAT_MS, entry, replicas: REPLICAS });
  // Creates the schema.
  await world.start();
  await world.stop();
  const ids = await fill(world, sessions);
  world.upstream.watch(ids);
  await world.forgetStatements();
  const before = cpuOf(world);
  const startedAt = performance.now();
  await world.spawn();
  const since = (): string => `${((performance.now() - startedAt) / 1_000).toFixed(1)} s`;
  const ready = Promise.all(world.replicas.map((replica) => replica.untilReady())).then(() => {
    tell(`the replicas are ready after ${since()}`);
  });
  const findings = await untilAllBeat(world, sessions, (what) => {
    tell(`${what} after ${since()}`);
  });
  await ready;
  await report(world, before, tell);
  await world.forgetStatements();
  const held = cpuOf(world);
  await delay(HELD_MS);
  tell(`held for ${HELD_MS / 1_000} s:`);
  await report(world, held, tell);
  return findings;
}

async function fill(world: CrowdWorld, sessions: number): Promise<string[]> {
  await world.fill(sessions);
  const rows = await world.query('select conversation_id as id from session');
  return rows.map(({ id }) => String(id));
}

async function untilAllBeat(
  world: CrowdWorld,
  sessions: number,
  tell: (what: string) => void,
): Promise<string[]> {
  const deadline = performance.now() + WITHIN_MS;
  let areHeld = false;
  while (performance.now() < deadline) {
    if (!areHeld) {
      const [row] = await world.query(`select 1 as one from session where holder = '' limit 1`);
      areHeld = row === undefined;
      if (areHeld) tell(`all ${sessions} sessions are held`);
    }
    if (areHeld && world.upstream.firstBeats.length === sessions) {
      tell('all have had their first beat');
      return [];
    }
    await delay(LOOK_EVERY_MS);
  }
  return [`only ${world.upstream.firstBeats.length} of ${sessions} sessions beat`];
}

function cpuOf(world: CrowdWorld): Cpu {
  return {
    at: performance.now() / 1_000,
    database: cpuSecondsOfFamily(world.server.pid),
    replicas: world.replicas.reduce((sum, { pid }) => sum + (pid === undefined ? 0 : cpuSeconds(pid)), 0),
  };
}

async function report(world: CrowdWorld, before: Cpu, tell: Run['tell']): Promise<void> {
  const after = cpuOf(world);
  const share = (seconds: number): string =>
    `${seconds.toFixed(1)} s of CPU (${((100 * seconds) / (after.at - before.at)).toFixed(1)} % of a core)`;
  tell(
    `the database ${share(after.database - before.database)}, the replicas ${share(after.replicas - before.replicas)}`,
  );
  for (const statement of await world.statements(STATEMENTS)) tell(`  ${statement}`);
}
