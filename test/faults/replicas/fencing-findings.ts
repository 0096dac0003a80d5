import type { HolderChange, ReplicaLease } from './holder-log';
import type { ReplicaWorld } from './replica-world';

/**
 * This process is busy too: it may read a request late that was sent right before another replica claimed the
 * session. A replica that slept through the end of its lease sends seconds late.
 */
const IN_FLIGHT_MS = 1_000;
/** The arrival of a request is known in whole milliseconds, the time of a change in fractions of one. */
const GRAIN_MS = 1;

interface Sent {
  readonly at: number;
  readonly host: string | undefined;
}

/**
 * Returns requests that Genesys Cloud received for a conversation from a replica that did not hold it, or had lost
 * its lease.
 */
export async function requestsWithoutLease({
  genesys,
  replicas,
  holderLog,
}: ReplicaWorld): Promise<string[]> {
  const leases = await holderLog.leases();
  const changesOf = byConversation(await holderLog.changes());
  const hostOf = new Map(replicas.map(({ url, upstreamHost }) => [url, upstreamHost]));
  const nameOf = new Map(replicas.map(({ name, upstreamHost }) => [upstreamHost, name]));
  return genesys.requests.find({ path: /^\/api\/v2\/conversations/ }).flatMap((entry) => {
    const { conversationId = '', method, at, headers } = entry;
    const sent: Sent = { at, host: headers.host };
    const changes = changesOf.get(conversationId) ?? [];
    const holders = holdersAt(changes, at);
    const isHolder = holders.some((id) => wasSentBy(sent, leases.get(id), hostOf));
    if (isHolder) return [];
    const sender = nameOf.get(headers.host ?? '') ?? 'an unknown process';
    return [`${sender} sent ${method} for ${conversationId} at ${at}: ${storyOf(changes)}`];
  });
}

function wasSentBy(
  { at, host }: Sent,
  lease: ReplicaLease | undefined,
  hosts: ReadonlyMap<string, string>,
): boolean {
  if (lease === undefined || hosts.get(lease.address) !== host) return false;
  return lease.lostAt === undefined || at <= lease.lostAt + IN_FLIGHT_MS;
}

/** Returns the holder at that time and the one shortly before. */
function holdersAt(changes: readonly HolderChange[], at: number): string[] {
  const recent = changes.filter((change, index) => {
    const until = changes[index + 1]?.at ?? Infinity;
    return change.at <= at + GRAIN_MS && until + IN_FLIGHT_MS >= at;
  });
  return [...new Set(recent.map(({ holder }) => holder))];
}

/** Formats the holders in order, to explain a finding. */
function storyOf(changes: readonly HolderChange[]): string {
  const told = changes.map(
    ({ at, holder, state }) => `${state} with ${holder || 'no replica'} from ${Math.round(at)}`,
  );
  return told.join(', ') || 'no replica has ever held it';
}

function byConversation(changes: readonly HolderChange[]): Map<string, HolderChange[]> {
  const ordered = new Map<string, HolderChange[]>();
  for (const change of changes) {
    const earlier = ordered.get(change.conversationId);
    if (earlier === undefined) ordered.set(change.conversationId, [change]);
    else earlier.push(change);
  }
  return ordered;
}
