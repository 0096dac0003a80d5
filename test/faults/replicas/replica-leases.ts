import { waitFor } from '../../support/wait-for';
import type { Replica } from './replica';
import type { ReplicaWorld } from './replica-world';

/** A long time-out, because a busy machine is not a failure. */
const WITHIN_MS = 60_000;

/** Longer than any step of a test before it lets the other replicas take over. */
const KEPT_MS = 3_600_000;

/** Returns the id under which a running replica holds sessions. */
export async function leaseIdOf(world: ReplicaWorld, { url, name }: Replica): Promise<string> {
  const [row] = await world.query(`select id from replica where address = '${url}' and is_lost = 0
    and lease_until < extract(epoch from clock_timestamp()) * 1000 + ${KEPT_MS / 2}
    order by lease_until desc limit 1`);
  if (row === undefined) throw new Error(`${name} has no lease.`);
  return String(row['id']);
}

/** Extends the lease of a killed process, so that its sessions stay with it regardless of the machine's speed. */
export async function extendLease(world: ReplicaWorld, leaseId: string): Promise<void> {
  await world.query(`update replica set lease_until = lease_until + ${KEPT_MS} where id = '${leaseId}'`);
}

/** Ends the extended lease, which would have expired about ten seconds after the kill. */
export async function expireLease(world: ReplicaWorld, leaseId: string): Promise<void> {
  await world.query(
    `update replica set lease_until = lease_until - ${KEPT_MS + 10_000} where id = '${leaseId}'`,
  );
}

/**
 * Resolves once one of the replicas holds a session of the ended process, in any of its processes: on a busy machine
 * a replica may have lost a lease meanwhile.
 */
export async function untilClaimed(
  { holderLog }: ReplicaWorld,
  from: string,
  to: readonly Replica[],
): Promise<void> {
  const addresses = new Set(to.map(({ url }) => url));
  await waitFor(async () => {
    const leases = await holderLog.leases();
    const last = new Map<string, string>();
    for (const { conversationId, holder } of await holderLog.changes()) {
      const isSuccessor = holder !== from && addresses.has(leases.get(holder)?.address ?? '');
      if (isSuccessor && last.get(conversationId) === from) return;
      last.set(conversationId, holder);
    }
    throw new Error('No session was claimed from it.');
  }, WITHIN_MS);
}

/** Resolves once the replica holds enough sessions that some outlive the load's next requests. */
export async function untilHolding(world: ReplicaWorld, leaseId: string, atLeast: number): Promise<void> {
  await waitFor(async () => {
    const held = await sessionsOf(world, leaseId);
    if (held.length < atLeast) throw new Error(`It holds ${held.length} sessions.`);
  }, WITHIN_MS);
}

/** Resolves once a session of this replica has a new beat. */
export async function untilBeating(world: ReplicaWorld, leaseId: string): Promise<void> {
  const since = Date.now();
  await waitFor(async () => {
    const held = await sessionsOf(world, leaseId);
    const lastBeats = held.map((id) => world.genesys.state.conversation(id)?.beatTimes.at(-1));
    if (!lastBeats.some((at = 0) => at > since)) throw new Error(`None of ${held.length} sessions beats.`);
  }, WITHIN_MS);
}

async function sessionsOf(world: ReplicaWorld, leaseId: string): Promise<string[]> {
  const rows = await world.query(
    `select conversation_id as id from session where holder = '${leaseId}' and state = 'active'`,
  );
  return rows.map(({ id }) => String(id));
}
