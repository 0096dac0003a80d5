import { setTimeout as delay } from 'node:timers/promises';
import type { Replica } from '../replica';
import { ReplicaLoad } from '../replica-load';
import { ReplicaWorld } from '../replica-world';
import { verdictOn } from '../verdict';
import type { Run } from './scenario';
import { summaryOf } from './times';

const CAP = 200;
const CALLERS = 8;
const RESTARTS = 20;
const HAND_OVER_MS = 2_000;

/** Each replica in its turn is asked to stop and started again, under load: nobody notices. */
export async function rolling({ random, tell, entry }: Run): Promise<string[]> {
  await using world = await ReplicaWorld.start({
    entry,
    environment: { SESSION_MAX_CONCURRENT: String(CAP) },
  });
  await using load = new ReplicaLoad(world, random, { guests: 60, residents: 60 });
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
    handOvers.push(...(await takenAfter(world, replica, stopAt)));
    await replica.start();
  }
  await load.stop();
  tell(`sessions were in other hands after, ${summaryOf(handOvers)}`);
  tell(load.summary);
  const failed = [...load.again].filter(([trouble]) => trouble !== 'no connection');
  const late = handOvers.filter((wait) => wait > HAND_OVER_MS).length;
  return [
    ...findings,
    ...failed.map(([trouble, times]) => `${times} requests failed with ${trouble}`),
    ...(late === 0 ? [] : [`${late} sessions were handed over too late`]),
    ...(await verdictOn(world, load, CAP)),
  ];
}

/** How long after the order to stop each session that the replica let go of was in other hands. */
async function takenAfter({ book }: ReplicaWorld, replica: Replica, stopAt: number): Promise<number[]> {
  const notes = await book.notes();
  const lives = await book.lives();
  const released = new Set<string>();
  const holders = new Map<string, string>();
  const waits: number[] = [];
  for (const { at, conversationId, holder } of notes) {
    const before = lives.get(holders.get(conversationId) ?? '');
    holders.set(conversationId, holder);
    if (at < stopAt) continue;
    if (holder === '' && before?.address === replica.url) released.add(conversationId);
    else if (holder !== '' && released.delete(conversationId)) waits.push(at - stopAt);
  }
  return [...waits, ...Array.from(released, () => Infinity)];
}
