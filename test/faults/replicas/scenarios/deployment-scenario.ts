import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { HAS_HAPROXY } from '../../../support/haproxy';
import type { DeploymentLoad } from '../deployment-load';
import { explained, type FailureGroup } from '../deployment-verdict';
import { DeploymentWorld } from '../deployment-world';
import { sessionFindings } from '../deployment-sessions';
import type { Run } from './scenario';

const CALLERS = 8;
const RESIDENTS = 120;
const WARM_UP_MS = 5_000;
/** After a restart, so that both states of the deployment have their share of the load. */
const BETWEEN_MS = 1_000;
/** Longer than a lease lasts. Every second killed replica comes back at once, as `restart: unless-stopped` does it. */
const AWAY_MS = 14_000;
/** After the last kill, until its effects are over. */
const SETTLING_MS = 17_000;
/** The bundle, as the image has it, and not the compiler's output. */
const BUNDLE = join(process.cwd(), 'dist', 'main.js');

/**
 * The shipped HAProxy configuration in front of three replicas under load: each planned restart is a SIGTERM and a start of one
 * replica, in turn, and fails no request; each kill fails only requests that it explains.
 */
export async function deployment({ random, restarts, kills, tell }: Run): Promise<string[]> {
  if (!HAS_HAPROXY) throw new Error('This scenario needs HAProxy: apt-get install haproxy.');
  await using world = await DeploymentWorld.start(BUNDLE);
  await using load = world.load(random, RESIDENTS);
  await load.start(CALLERS);
  await delay(WARM_UP_MS);
  await restartInTurn(world, restarts, tell);
  const [planned, before] = [load.calls.failed.length, new Map(load.calls.made)];
  const killedAt = await killInTurn(world, kills, tell);
  await load.stop();
  tell(tableOf(load, before, planned));
  const groups = explained(load.calls.failed, killedAt);
  for (const group of groups) tell(lineOf(group));
  return [
    ...groups.filter(({ reason }) => reason === undefined).map(lineOf),
    ...load.inVain,
    ...load.messageFindings,
    ...(await sessionFindings(world, load)),
  ];
}

async function restartInTurn(world: DeploymentWorld, times: number, tell: Run['tell']): Promise<void> {
  const { replicas } = world.replicas;
  for (let restart = 0; restart < times; restart += 1) {
    const replica = replicas[restart % replicas.length];
    if (replica === undefined) return;
    const startedAt = performance.now();
    const exit = await replica.stop();
    const stoppedAt = performance.now();
    await replica.start();
    const seconds = [stoppedAt - startedAt, performance.now() - stoppedAt].map((ms) =>
      (ms / 1000).toFixed(1),
    );
    tell(
      `restart ${restart + 1}: ${replica.name}, exit code ${String(exit?.code)} after ${seconds.join(' s, ready after ')} s`,
    );
    await delay(BETWEEN_MS);
  }
}

/** Returns the times of the kills. */
async function killInTurn(world: DeploymentWorld, times: number, tell: Run['tell']): Promise<number[]> {
  const { replicas } = world.replicas;
  const killedAt: number[] = [];
  for (let kill = 0; kill < times; kill += 1) {
    const replica = replicas[kill % replicas.length];
    if (replica === undefined) break;
    killedAt.push(performance.now());
    await replica.kill();
    const awayMs = kill % 2 === 0 ? 0 : AWAY_MS;
    await delay(awayMs);
    await replica.start();
    tell(`kill ${kill + 1}: ${replica.name}, down for ${awayMs / 1000} s`);
    await delay(SETTLING_MS);
  }
  return killedAt;
}

function tableOf(load: DeploymentLoad, before: ReadonlyMap<string, number>, planned: number): string {
  const all = [...load.calls.made].map(([kind, made]) => {
    const [early, failed] = [before.get(kind) ?? 0, load.calls.failed.filter((one) => one.kind === kind)];
    const inPlanned = failed.filter((one) => load.calls.failed.indexOf(one) < planned).length;
    return `  ${kind}: ${early} during restarts, ${inPlanned} failed; ${made - early} during kills, ${failed.length - inPlanned} failed`;
  });
  return ['requests', ...all].join('\n');
}

function lineOf({ kind, cause, times, reason, firstAt }: FailureGroup): string {
  const since = `unexplained, the first ${(firstAt / 1000).toFixed(1)} s after the start`;
  return `${times} x ${kind}: ${cause} (${reason ?? since})`;
}
