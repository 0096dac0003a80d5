import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '../../../support/wait-for';
import { leftovers, type Reading, readingsOf } from '../attack-readings';
import { logReport, memoryReport, tableOf } from '../attack-report';
import { attackFindings, hasNoMoreResources } from '../attack-verdict';
import { AttackWorld, GUEST, WORDS } from '../attack-world';
import type { AttackPlan, Target } from '../attacks/attack';
import { ATTACK_CALLERS, type AttackCaller } from '../attacks/attack-callers';
import type { AttackFigures } from '../attacks/attack-tally';
import { Attackers } from '../attacks/attackers';
import { NormalLoad } from '../normal-load';
import { cpuSeconds, cpuSecondsOfFamily } from '../process-usage';
import type { Run } from './scenario';

/** Warm-up of compiled code, pools and caches; not measured. */
const WARM_UP_MS = 20_000;
const CALM_MS = 20_000;
/** Number of sessions that live from the beginning to the end. */
const RESIDENTS = 20;
const TARGETS = 4;
/** Longer than the maximum duration of a request, so that the rest of the attack can end. */
const QUIET_MS = 35_000;
const EMPTY_WITHIN_MS = 120_000;
/** Longer than the idle time of every pool. */
const IDLE_WITHIN_MS = 90_000;
const BEATS_WITHIN_MS = 30_000;
const ENDS_AT_A_TIME = 10;
const NANOSECONDS = 1_000_000;

/**
 * Runs all attacks at once beside a normal load, on two replicas. No lease may be lost, the normal load must not
 * notice, and afterwards the service may hold nothing of the attack.
 */
export async function attack(run: Run): Promise<string[]> {
  const { tell, entry, random, minutes } = run;
  await using world = await AttackWorld.start(entry);
  const options = { replicas: world.urls, headers: world.callers.load.headers, guest: GUEST, random };
  await using warmUp = new NormalLoad(options);
  const residents = await residentsOf(warmUp);
  await warmUp.run(AbortSignal.timeout(WARM_UP_MS));
  await using calm = new NormalLoad(options);
  await calm.run(AbortSignal.timeout(CALM_MS));
  tell(`before the attack: openings ${calm.openings.summary}; ends ${calm.ends.summary}`);
  const before = await readingsOf(world);

  await using load = new NormalLoad(options);
  const { figures, lost } = await underAttack(world, load, run);
  const seconds = minutes * 60;
  tell(`under attack: openings ${load.openings.summary}; ends ${load.ends.summary}`);
  for (const line of [...tableOf(figures), ...logReport(world, seconds)]) tell(line);

  const stray = await settle(world, residents);
  const after = await readingsOnceIdle(world, before);
  for (const line of memoryReport(before, after)) tell(line);
  return [
    ...attackFindings(world, { calm, load, figures, before, after }),
    ...lost,
    ...stray,
    ...(await residentFindings(world, residents)),
  ];
}

async function residentsOf(load: NormalLoad): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < RESIDENTS) ids.push(await load.openResident(ids.length));
  return ids;
}

/** The counts of the attacks, and the sessions of the victim that did not survive them. */
async function underAttack(
  world: AttackWorld,
  load: NormalLoad,
  { minutes, tell, attacks }: Run,
): Promise<{ figures: AttackFigures[]; lost: string[] }> {
  const plan = await planOf(world, attacks);
  const auditBefore = await auditOf(world);
  const cpuBefore = cpuOf(world);
  for (const log of world.logs) log.restart();
  const startedAt = performance.now();
  const lag = monitorEventLoopDelay({ resolution: 10 });
  lag.enable();
  await using attackers = Attackers.start(plan);
  await load.run(AbortSignal.timeout(minutes * 60_000));
  lag.disable();
  const seconds = (performance.now() - startedAt) / 1_000;
  const cpu = cpuOf(world).map(
    (used, index) => `${Math.round((100 * (used - (cpuBefore[index] ?? 0))) / seconds)} %`,
  );
  const figures = await attackers.stop();
  tell(`CPU of replicas and database: ${cpu.join(', ')} of a core each`);
  tell(
    `this process was late by ${Math.round(lag.percentile(99) / NANOSECONDS)} ms at p99: a part of the times`,
  );
  const audit = await auditOf(world);
  tell(
    `audit: ${audit.records - auditBefore.records} records, ${audit.bytes - auditBefore.bytes} bytes written`,
  );
  const lost = await Promise.all(plan.foreign.map(({ conversationId }) => isActive(world, conversationId)));
  return {
    figures,
    lost: lost.every(Boolean) ? [] : ['a session of the victim did not survive the attack'],
  };
}

async function planOf(world: AttackWorld, only: readonly string[]): Promise<AttackPlan> {
  const { attackers, preparing, victim } = world.callers;
  const own: Record<string, Target[]> = {};
  for (const name of ATTACK_CALLERS) own[name] = await world.openTargets(preparing[name], TARGETS);
  return {
    only,
    replicas: world.urls,
    keys: Object.fromEntries(ATTACK_CALLERS.map((name) => [name, attackers[name].key])) as Record<
      AttackCaller,
      string
    >,
    own: own as Record<AttackCaller, Target[]>,
    foreign: await world.openTargets(victim, TARGETS),
    planted: await world.openTargets(victim, TARGETS),
    victimKey: victim.key,
    victimText: WORDS,
    canaries: world.canaries,
    databaseUrl: world.server.url,
  };
}

/**
 * The readings once pooled connections, those of the last ends included, have closed for idleness; at the latest those
 * after a time in which all do.
 */
async function readingsOnceIdle(world: AttackWorld, before: readonly Reading[]): Promise<Reading[]> {
  const deadline = performance.now() + IDLE_WITHIN_MS;
  for (;;) {
    const after = await readingsOf(world);
    const isIdle = after.every((reading, index) => hasNoMoreResources(before[index], reading));
    if (isIdle || performance.now() > deadline) return after;
  }
}

/** Ends all sessions of the attack and waits until the replicas have released them; returns the remaining ones. */
async function settle(world: AttackWorld, residents: readonly string[]): Promise<string[]> {
  await delay(QUIET_MS);
  try {
    await waitFor(async () => {
      await endStrays(world, residents);
      const left = await leftovers(world, residents.length);
      if (left.length > 0) throw new Error(left.join());
    }, EMPTY_WITHIN_MS);
    return [];
  } catch {
    return leftovers(world, residents.length);
  }
}

/** Ends every session but these, some at a time. */
async function endStrays(world: AttackWorld, residents: readonly string[]): Promise<void> {
  const rows = await world.query("select conversation_id as id from session where state = 'active'");
  const queue = rows
    .map(({ id }) => String(id))
    .filter((id) => !residents.includes(id))
    .values();
  const headers = { ...world.callers.operator.headers, connection: 'close' };
  const end = async (): Promise<void> => {
    for (const id of queue) {
      const response = await fetch(`${world.urls[0] ?? ''}/v1/sessions/${id}`, { method: 'DELETE', headers });
      await response.text();
    }
  };
  await Promise.all(Array.from({ length: ENDS_AT_A_TIME }, end));
}

/** Returns the residents that are not active any more, or have no heartbeat. */
async function residentFindings(world: AttackWorld, residents: readonly string[]): Promise<string[]> {
  const since = Date.now();
  const quiet = (): string[] =>
    residents.filter((id) => (world.genesys.state.conversation(id)?.beatTimes.at(-1) ?? 0) < since);
  await waitFor(() => {
    if (quiet().length > 0) throw new Error('Some do not beat yet.');
  }, BEATS_WITHIN_MS).catch(() => undefined);
  const active = await Promise.all(residents.map((id) => isActive(world, id)));
  return [
    ...quiet().map((id) => `${id} was opened before the attack and has no heartbeat`),
    ...residents
      .filter((_, index) => active[index] !== true)
      .map((id) => `${id} was never ended and is not active`),
  ];
}

async function isActive(world: AttackWorld, id: string): Promise<boolean> {
  const rows = await world.query(
    `select 1 from session where conversation_id = '${id}' and state = 'active'`,
  );
  return rows.length === 1;
}

/** Returns the number of records of the audit trail, and the bytes of its rows and indexes. */
async function auditOf(world: AttackWorld): Promise<{ records: number; bytes: number }> {
  const [row] = await world.query(
    "select count(*) as records, pg_total_relation_size('audit_record') as bytes from audit_record",
  );
  return { records: Number(row?.['records']), bytes: Number(row?.['bytes']) };
}

/** Returns the CPU seconds of each replica, and of all processes of the database. */
function cpuOf({ replicas, server }: AttackWorld): number[] {
  return [...replicas.map(({ pid = 0 }) => cpuSeconds(pid)), cpuSecondsOfFamily(server.pid)];
}
