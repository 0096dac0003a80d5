import {
  type Assignment,
  assignmentAfter,
  type AssignmentFact,
  isAssignmentFact,
  isSameAssignment,
  type WrapUp,
} from './assignment';
import {
  type ConversationEnded,
  type EndedBy,
  factKeyOf,
  isSameFact,
  type PlatformFact,
} from './platform-fact';
import { type SessionState, UNFINISHED_STATES } from './session-state';

/** More facts than a conversation has: beyond these, the oldest one would be reported again if it were repeated. */
const MAX_KEYS = 100;

/** The facts that Genesys Cloud has reported about a conversation, as far as they are stored with its session. */
export interface PlatformReport {
  readonly assignment?: Assignment;
  readonly endedBy?: EndedBy;
  /** The disconnect type of the customer as the platform spells it. */
  readonly disconnectType?: string;
  /** `factKeyOf` each fact that was taken, the oldest first. */
  readonly factKeys: readonly string[];
}

/**
 * Greatest difference between the platform's clock and ours that is expected. A larger one would drop the facts of a
 * session's begin.
 */
const MAX_CLOCK_SKEW_MS = 60_000;

/** A report after one more fact, and whether an event has to tell of it. */
export interface Reported {
  readonly report: PlatformReport;
  readonly isNews: boolean;
}

const EMPTY: PlatformReport = { factKeys: [] };

/**
 * Whether a fact is about this session: not from before it, since a thread that is continued shows the agents of earlier
 * sessions too, and nothing but an end or a wrap-up once it is over. One that is being opened takes none.
 */
export function isOfSession(
  fact: PlatformFact,
  { state, createdAt }: { readonly state: SessionState; readonly createdAt: number },
): boolean {
  if (state === 'connecting' || state === 'failed') return false;
  if (fact.kind === 'ended') return true;
  const isOver = !UNFINISHED_STATES.includes(state);
  return fact.at >= createdAt - MAX_CLOCK_SKEW_MS && !(isOver && isAssignmentFact(fact));
}

/** The report once the session has ended, for whatever reason: no party serves it. */
export function withEnd(report: PlatformReport, at: number): PlatformReport {
  const { assignment } = report;
  if (assignment === undefined || assignment.state === 'none') return report;
  return { ...report, assignment: { state: 'none', since: at } };
}

/** The report with this fact; undefined for a fact that it has already. */
export function withFact(report: PlatformReport = EMPTY, fact: PlatformFact): Reported | undefined {
  const key = factKeyOf(fact);
  const index = report.factKeys.findIndex((other) => isSameFact(other, key));
  if (index >= 0) return withParticipant(report, index, key);
  const known = { ...report, factKeys: [...report.factKeys, key].slice(-MAX_KEYS) };
  if (isAssignmentFact(fact)) return withAssignment(known, fact);
  if (fact.kind === 'wrapped-up') return { report: known, isNews: true };
  return { report: { ...known, ...endOf(fact) }, isNews: false };
}

/** A known fact whose participant is named only now: a later part of the same user is another fact. */
function withParticipant(report: PlatformReport, index: number, key: string): Reported | undefined {
  const isNamedNow = report.factKeys[index]?.includes('  ') === true && !key.includes('  ');
  return isNamedNow
    ? { report: { ...report, factKeys: report.factKeys.with(index, key) }, isNews: false }
    : undefined;
}

/**
 * A fact that leaves the assignment as it is was reported by another source before, unless an agent leaves: a late
 * departure is news as well.
 */
function withAssignment(report: PlatformReport, fact: AssignmentFact): Reported {
  const assignment = assignmentAfter(report.assignment, fact);
  const isDeparture = fact.kind === 'agent-left' || fact.kind === 'transferred';
  const isLate = report.assignment !== undefined && fact.at < report.assignment.since;
  const isNews = isDeparture || isLate || !isSameAssignment(report.assignment, assignment);
  return { report: { ...report, ...(assignment === undefined ? {} : { assignment }) }, isNews };
}

function endOf({
  by,
  disconnectType,
  at,
}: ConversationEnded): Pick<PlatformReport, 'endedBy' | 'disconnectType' | 'assignment'> {
  return {
    endedBy: by,
    ...(disconnectType === undefined ? {} : { disconnectType }),
    assignment: { state: 'none', since: at },
  };
}

/** The wrap-up of a fact; of an erased guest without notes and tags, which are free texts. */
export function wrapUpOf(fact: PlatformFact & { kind: 'wrapped-up' }, isErased: boolean): WrapUp {
  const { code, notes, tags, durationMs, at, userId } = fact;
  return {
    code,
    notes: isErased ? '' : notes,
    tags: isErased ? [] : tags,
    ...(durationMs === undefined ? {} : { durationMs }),
    at,
    ...(userId === undefined ? {} : { userId }),
  };
}
