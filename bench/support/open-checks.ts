import type { PlatformCounts, ToldEvent, UpstreamConversation } from '../children/open-simulators';
import type { Check } from './guest-checks';
import type { ListedMessage } from './guest-crowd';
import { number } from './table';

/** An end upstream, and the session as the API shows it afterwards. */
export interface KnownEnd {
  readonly by: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly session: Readonly<Record<string, unknown>>;
}

/** A guest with everything that was said, and all that is known of it. */
export interface OpenGuestRecord {
  readonly id: string;
  readonly upstream: UpstreamConversation | undefined;
  /** Texts that the service acknowledged, in their order. */
  readonly spoken: readonly string[];
  readonly fromAgent: readonly string[];
  readonly listed: readonly ListedMessage[];
}

const KNOWN_WITHIN_MS = 90_000;
const MAX_CHANNELS = 2;

export function checkOpenMessages(guests: readonly OpenGuestRecord[], unacknowledged: number): Check[] {
  const sum = (count: (guest: OpenGuestRecord) => number): number =>
    guests.reduce((total, guest) => total + count(guest), 0);
  const spoken = sum((guest) => guest.spoken.length);
  const agents = sum(({ fromAgent }) => fromAgent.length);
  const wrongUpstream = guests.filter(
    ({ upstream, spoken: texts }) => !isSame(upstream?.texts.slice(1), texts),
  );
  const wrongListed = guests.filter((guest) => !isSame(textsFrom(guest, 'Agent'), guest.fromAgent));
  return [
    none("guests' messages that were not acknowledged", unacknowledged, `of ${number(spoken)}`),
    none('guests with messages lost, repeated or out of order upstream', wrongUpstream.length),
    none(
      "guests with agents' messages lost, repeated or out of order",
      wrongListed.length,
      `of ${number(agents)} messages`,
    ),
  ];
}

/** Everything that the CRM received is in sequence, without gaps, and tells no fact twice. */
export function checkOpenEvents(guests: readonly OpenGuestRecord[], events: readonly ToldEvent[]): Check[] {
  const ofSession = new Map<string, ToldEvent[]>();
  for (const event of events) {
    const told = ofSession.get(event.conversationId) ?? [];
    if (!told.some(({ id }) => id === event.id)) told.push(event);
    ofSession.set(event.conversationId, told);
  }
  const told = guests.map(({ id }) => ofSession.get(id) ?? []);
  const assignments = events.filter(({ type }) => type.startsWith('assignment.')).length;
  return [
    none(
      'sessions whose events have a gap or are out of order',
      told.filter((list) => !isInSequence(list)).length,
      `${number(events.length)} events`,
    ),
    none(
      'sessions with a fact that was told twice',
      told.filter(hasRepeatedFact).length,
      `${number(assignments)} facts`,
    ),
  ];
}

export function checkOpenEnds(ends: readonly KnownEnd[], others: number): Check[] {
  const late = ends
    .map(({ at, session }) => Date.parse(String(session['endedAt'])) - at)
    .sort((a, b) => a - b);
  const quantile = (share: number): string =>
    `${number((late[Math.floor((late.length - 1) * share)] ?? 0) / 1000, 1)} s`;
  const unknown = ends.filter(({ session }) => session['state'] !== 'disconnected').length;
  const wrong = ends.filter(({ by, session }) => session['endedBy'] !== by).length;
  return [
    none('ends that are not known', unknown, `of ${ends.length}`),
    none('ends with another cause', wrong),
    {
      what: `ends known within ${KNOWN_WITHIN_MS / 1000} s`,
      found: `p50 ${quantile(0.5)}, p99 ${quantile(0.99)}, worst ${quantile(1)}`,
      holds: (late.at(-1) ?? 0) <= KNOWN_WITHIN_MS,
    },
    none('sessions that ended without an end upstream', others),
  ];
}

export function checkPlatform({ throttled, channels, channelsMade }: PlatformCounts): Check[] {
  return [
    none('requests beyond the limit of an OAuth client', throttled),
    {
      what: 'notification channels',
      found: `${channels}, ${channelsMade} made`,
      holds: channels <= MAX_CHANNELS,
    },
  ];
}

function textsFrom({ listed }: OpenGuestRecord, start: string): readonly string[] {
  return listed.map(({ text = '' }) => text).filter((text) => text.startsWith(start));
}

function isSame(one: readonly (string | undefined)[] | undefined, other: readonly string[]): boolean {
  return one?.join('\n') === other.join('\n');
}

function isInSequence(events: readonly ToldEvent[]): boolean {
  return events.every(({ sequence }, index) => sequence === index + 1);
}

/** An agent joins and leaves a conversation once in a soak; waits repeat. */
function hasRepeatedFact(events: readonly ToldEvent[]): boolean {
  const facts = events
    .filter(({ type }) => type !== 'assignment.waiting' && type !== 'assignment.bot')
    .map(({ type, metadata: { userId } }) => (typeof userId === 'string' ? `${type} ${userId}` : type));
  return new Set(facts).size < facts.length;
}

function none(what: string, count: number, remark = ''): Check {
  return { what, found: remark === '' ? `${count}` : `${count} (${remark})`, holds: count === 0 };
}
