import type { Attempt, AuditRecord, DeliveryHistory } from '../api/schemas';
import type { Session } from '../api/schemas';
import { type Tone, toneOf } from '../components/status-tone';
import { errorText } from '../components/error-text';
import { wordsOf } from '../format/figures';
import { hrefOf } from '../router/route';

export interface TimelineEntry {
  /** Unique within the timeline. */
  readonly key: string;
  readonly at: string;
  readonly title: string;
  /** The party that acted; absent where the source does not tell. */
  readonly actor?: string;
  readonly detail?: string;
  /** The page with more; absent where there is none. */
  readonly href?: string;
  readonly tone: Tone;
}

export interface TimelineSources {
  readonly session: Session;
  readonly records?: readonly AuditRecord[];
  readonly deliveries?: readonly DeliveryHistory[];
}

/**
 * All that is known of a session in the order of time, the earliest first: its own facts, its audit records, and the
 * attempts at its deliveries. Facts that an audit record tells too come from the session alone when there are no records;
 * records of an attempt that its delivery lists are left out.
 */
export function timelineOf({ session, records, deliveries = [] }: TimelineSources): TimelineEntry[] {
  const entries = [
    ...factsOf(session, records === undefined),
    ...(records ?? []).filter((record) => !isListed(record, deliveries)).map(entryOfRecord),
    ...deliveries.flatMap(entriesOfDelivery),
  ];
  return entries.sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
}

function isListed({ action, target }: AuditRecord, deliveries: readonly DeliveryHistory[]): boolean {
  const isOfAttempt = action === 'CRM_SYNC_SUCCESS' || action === 'CRM_SYNC_FAILED';
  return isOfAttempt && deliveries.some(({ id, attempts }) => id === target.id && attempts.length > 0);
}

function factsOf(session: Session, withAudited: boolean): TimelineEntry[] {
  const { startedAt, endedAt, endReason, assignment, wrapUp, erasedAt, heartbeat } = session;
  const audited: (TimelineEntry | undefined)[] = [
    fact('started', startedAt, 'Session started', { actor: session.caller, tone: 'ok' }),
    fact('ended', endedAt, `Session ${session.state}`, {
      actor: session.endedBy,
      detail: endReason === undefined ? undefined : wordsOf(endReason),
      tone: toneOf(session.state),
    }),
    fact('erased', erasedAt, 'Guest erased', {}),
  ];
  return [
    ...(withAudited ? audited : []),
    fact('assigned', assignment?.since, `Assigned to: ${assignment?.state ?? ''}`, {
      actor: assignment?.userId,
      detail: assignment?.queueId === undefined ? undefined : `Queue ${assignment.queueId}`,
    }),
    fact('heartbeat', heartbeat.lastSuccessAt, 'Last successful heartbeat', heartbeatFacts(heartbeat)),
    fact('wrapped-up', wrapUp?.at, `Wrapped up: ${wrapUp?.code ?? ''}`, { actor: wrapUp?.userId }),
  ].filter((entry) => entry !== undefined);
}

interface EntryFacts {
  readonly actor?: string | undefined;
  readonly detail?: string | undefined;
  readonly tone?: Tone;
}

function fact(
  key: string,
  at: string | undefined,
  title: string,
  facts: EntryFacts,
): TimelineEntry | undefined {
  const { actor, detail, tone = 'neutral' } = facts;
  if (at === undefined) return undefined;
  return {
    key,
    at,
    title,
    tone,
    ...(actor === undefined ? {} : { actor }),
    ...(detail === undefined ? {} : { detail }),
  };
}

function heartbeatFacts({ consecutiveFailures }: Session['heartbeat']): EntryFacts {
  return consecutiveFailures === 0
    ? { tone: 'ok' }
    : { tone: 'warning', detail: `${consecutiveFailures} consecutive failures since` };
}

function entryOfRecord(record: AuditRecord): TimelineEntry {
  const { chain, seq, at, action, actor, outcome, reason, before, after } = record;
  const change = after === null ? undefined : `${before ?? 'none'} → ${after}`;
  const facts = [reason === null ? undefined : wordsOf(reason), change].filter((text) => text !== undefined);
  return {
    key: `audit-${chain}-${seq}`,
    at,
    title: sentence(wordsOf(action)) + (outcome === 'success' ? '' : ` (${outcome})`),
    actor: actor.name === '' ? actor.type : `${actor.name} (${actor.type})`,
    tone: toneOf(outcome === 'success' ? (after ?? '') : outcome),
    ...(facts.length === 0 ? {} : { detail: facts.join(' · ') }),
  };
}

function entriesOfDelivery(delivery: DeliveryHistory): TimelineEntry[] {
  const { id, sink, event, attempts, status, settledAt } = delivery;
  const href = hrefOf('deliveries', id);
  const made = attempts.map((attempt, index) => ({
    key: `delivery-${id}-${index}`,
    at: attempt.at,
    title: `Delivery of ${event.type} to ${sink} ${attempt.result}`,
    detail: attemptDetail(attempt),
    href,
    tone: toneOf(attempt.result),
  }));
  const dead =
    status === 'dead' ? fact(`delivery-${id}-dead`, settledAt, `Delivery to ${sink} dead`, DEAD) : undefined;
  return dead === undefined ? made : [...made, { ...dead, href }];
}

const DEAD: EntryFacts = { tone: 'bad', detail: 'No further attempt is made, unless an operator retries it' };

function attemptDetail(attempt: Attempt): string {
  const facts = [`${attempt.latencyMs} ms`, errorText(attempt)];
  return facts.filter((text) => text !== undefined).join(' · ');
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
