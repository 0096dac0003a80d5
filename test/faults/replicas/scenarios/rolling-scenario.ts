import { setTimeout as delay } from 'node:timers/promises';
import type { Replica } from '../replica';
import { LoadBalancer } from '../load-balancer';
import { ReplicaLoad } from '../replica-load';
import { ReplicaWorld } from '../replica-world';
import { verdictOn } from '../verdict';
import type { Run } from './scenario';
import { summaryOf } from './times';

const CAP = 200;
const CALLERS = 8;
const RESTARTS = 20;
const HAND_OVER_MS = 2_000;

/** Stops and restarts each replica in turn, under load that a load balancer spreads: no caller notices. */
export async function rolling({ random, tell, entry }: Run): Promise<string[]> {
  await using world = await ReplicaWorld.start({
    entry,
    environment: { SESSION_MAX_CONCURRENT: String(CAP) },
  });
  await using balancer = new LoadBalancer(world.replicas, random);
  await using load = new ReplicaLoad(world, random, { guests: 60, residents: 60 }, balancer.choose);
  load.start(CALLERS);
  await delay(5_000);
  const handOvers: number[] = [];
  const findings: string[] = [];
  for (let restart = 0; restart < RESTARTS; restart += 1) {
    const replica = world.replicas[restart % world.replicas.length];
    if (replica === undefined) break;
    const stopAt = Date.now();
    const exit = await replica.stop();
    if (exit?.code !== 0) findings.push(`${replica.name} ended with ${JSON.stringify(exit)}`);
    tell(`${replica.name} ended within ${Date.now() - stopAt} ms`);
    await delay(HAND_OVER_MS);
    handOvers.push(...(await handOversSince(world, replica, stopAt)));
    await replica.start();
  }
  await load.stop();
  tell(`sessions were claimed after: ${summaryOf(handOvers)}`);
  tell(load.summary);
  const late = handOvers.filter((wait) => wait > HAND_OVER_MS).length;
  return [
    ...findings,
    ...[...load.again].map(([trouble, times]) => `${times} requests failed with ${trouble}`),
    ...(late === 0 ? [] : [`${late} sessions were handed over too late`]),
    ...(await verdictOn(world, load, CAP)),
  ];
}

/**
 * Returns the hand-over time of each session of the replica: since the stop signal, or since its release if the
 * replica opened it after the signal.
 */
async function handOversSince(
  { holderLog }: ReplicaWorld,
  replica: Replica,
  stopAt: number,
): Promise<number[]> {
  const changes = await holderLog.changes();
  const leases = await holderLog.leases();
  const since = new Map<string, number>();
  const released = new Map<string, number>();
  const holders = new Map<string, string>();
  const waits: number[] = [];
  for (const { at, conversationId, holder } of changes) {
    const before = leases.get(holders.get(conversationId) ?? '');
    holders.set(conversationId, holder);
    if (leases.get(holder)?.address === replica.url) since.set(conversationId, at);
    if (at < stopAt) continue;
    const begunAt = (since.get(conversationId) ?? 0) < stopAt ? stopAt : at;
    if (holder === '' && before?.address === replica.url) released.set(conversationId, begunAt);
    else if (holder !== '' && released.has(conversationId)) {
      waits.push(at - (released.get(conversationId) ?? at));
      released.delete(conversationId);
    }
  }
  return [...waits, ...Array.from(released, () => Infinity)];
}
