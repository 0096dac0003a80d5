import type { HoldingNote, ReplicaLife } from './holding-book';
import type { ReplicaWorld } from './replica-world';

/**
 * This process is busy too: it may read a request late that was sent right before another replica claimed the
 * session. A replica that slept through the end of its lease sends seconds late.
 */
const ON_THE_WAY_MS = 1_000;

interface Sent {
  readonly at: number;
  readonly host: string | undefined;
}

/**
 * Returns requests that Genesys Cloud received for a conversation from a replica that did not hold it, or had lost
 * its lease.
 */
export async function strangersIn({ genesys, replicas, book }: ReplicaWorld): Promise<string[]> {
  const lives = await book.lives();
  const holdings = byConversation(await book.notes());
  const hostOf = new Map(replicas.map(({ url, upstreamHost }) => [url, upstreamHost]));
  const nameOf = new Map(replicas.map(({ name, upstreamHost }) => [upstreamHost, name]));
  return genesys.requests.find({ path: /^\/api\/v2\/conversations/ }).flatMap((entry) => {
    const { conversationId = '', method, at, headers } = entry;
    const sent: Sent = { at, host: headers.host };
    const notes = holdings.get(conversationId) ?? [];
    const holders = holdersAt(notes, at);
    const isRightful = holders.some((id) => wasSentBy(sent, lives.get(id), hostOf));
    if (isRightful) return [];
    const sender = nameOf.get(headers.host ?? '') ?? 'an unknown process';
    return [`${sender} sent ${method} for ${conversationId} at ${at}: ${storyOf(notes)}`];
  });
}

function wasSentBy(
  { at, host }: Sent,
  life: ReplicaLife | undefined,
  hosts: ReadonlyMap<string, string>,
): boolean {
  if (life === undefined || hosts.get(life.address) !== host) return false;
  return life.lostAt === undefined || at <= life.lostAt + ON_THE_WAY_MS;
}

/** Returns the holder at that time and the one shortly before. */
function holdersAt(notes: readonly HoldingNote[], at: number): string[] {
  const recent = notes.filter((note, index) => {
    const until = notes[index + 1]?.at ?? Infinity;
    return note.at <= at && until + ON_THE_WAY_MS >= at;
  });
  return [...new Set(recent.map(({ holder }) => holder))];
}

/** Formats the holders in order, to explain a finding. */
function storyOf(notes: readonly HoldingNote[]): string {
  const told = notes.map(
    ({ at, holder, state }) => `${state} with ${holder || 'no replica'} from ${Math.round(at)}`,
  );
  return told.join(', ') || 'no replica has ever held it';
}

function byConversation(notes: readonly HoldingNote[]): Map<string, HoldingNote[]> {
  const ordered = new Map<string, HoldingNote[]>();
  for (const note of notes) {
    const earlier = ordered.get(note.conversationId);
    if (earlier === undefined) ordered.set(note.conversationId, [note]);
    else earlier.push(note);
  }
  return ordered;
}
