import { waitFor } from '../../support/wait-for';
import type { Replica } from './replica';
import type { ReplicaWorld } from './replica-world';

/** The id under which a replica that runs holds what it holds. */
export async function lifeOf(world: ReplicaWorld, { url, name }: Replica): Promise<string> {
  const [row] = await world.query(`select id from replica where address = '${url}' and is_lost = 0
    order by lease_until desc limit 1`);
  if (row === undefined) throw new Error(`${name} has no lease.`);
  return String(row['id']);
}

/** Ends the lease of a process that was killed: what would come about ten seconds later. */
export async function endLease(world: ReplicaWorld, life: string): Promise<void> {
  await world.query(`update replica set lease_until = lease_until - 10000 where id = '${life}'`);
}

/** Resolves once a session that the one held has come into the hands of one of the others. */
export async function taken({ book }: ReplicaWorld, from: string, to: readonly string[]): Promise<void> {
  await waitFor(async () => {
    const last = new Map<string, string>();
    for (const { conversationId, holder } of await book.notes()) {
      if (to.includes(holder) && last.get(conversationId) === from) return;
      last.set(conversationId, holder);
    }
    throw new Error('Nothing that it held was taken over.');
  });
}

/** Resolves once it holds so many sessions that some outlive the callers of the next moments. */
export async function holding(world: ReplicaWorld, life: string, atLeast: number): Promise<void> {
  await waitFor(async () => {
    const held = await sessionsOf(world, life);
    if (held.length < atLeast) throw new Error(`It holds ${held.length} sessions.`);
  });
}

/** Resolves once a session that this one holds has been kept alive from now on. */
export async function beating(world: ReplicaWorld, life: string): Promise<void> {
  const since = Date.now();
  await waitFor(async () => {
    const held = await sessionsOf(world, life);
    const lastBeats = held.map((id) => world.genesys.state.conversation(id)?.beatTimes.at(-1));
    if (!lastBeats.some((at = 0) => at > since)) throw new Error(`Of ${held.length} sessions none beats.`);
  });
}

async function sessionsOf(world: ReplicaWorld, life: string): Promise<string[]> {
  const rows = await world.query(
    `select conversation_id as id from session where holder = '${life}' and state = 'active'`,
  );
  return rows.map(({ id }) => String(id));
}
