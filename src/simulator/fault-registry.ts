import { Fault, FaultMatch, FaultRule } from './fault';
import { parseFaultRule } from './faults/fault-checks';

/** What a rule can match on. The client is looked up only when a rule asks for it. */
export interface FaultSubject {
  readonly method: string;
  readonly path: string;
  readonly text: string;
  readonly conversationId: string | undefined;
  client(): string | undefined;
}

export interface FaultListing {
  readonly id: string;
  readonly match: FaultMatch;
  readonly fault: Fault;
  readonly times: number | null;
  readonly after: number;
  /** How many requests the rule has matched, spoiled or let through. */
  readonly matched: number;
  /** How many requests the rule has spoiled. */
  readonly applied: number;
}

interface Entry {
  readonly id: string;
  readonly rule: FaultRule;
  readonly match: FaultMatch;
  readonly path: RegExp | undefined;
  readonly needsOnlyHead: boolean;
  matched: number;
  applied: number;
}

/**
 * The faults a simulator plays. Rules are tried in the order they were added and
 * the first that applies takes the request; those behind it do not see it. A rule
 * that is used up stays listed, so that its counts can be read, until removed.
 */
export class FaultRegistry {
  private entries: Entry[] = [];
  private lastId = 0;

  /** Throws when the rule cannot be carried out. */
  add(rule: FaultRule): string {
    parseFaultRule(rule);
    const { match = {}, fault } = rule;
    this.lastId += 1;
    const id = `fault-${this.lastId}`;
    this.entries.push({
      id,
      rule,
      match,
      path: match.path === undefined ? undefined : withoutMemory(match.path),
      needsOnlyHead: fault.kind === 'black-hole' && matchesOnHeadAlone(match),
      matched: 0,
      applied: 0,
    });
    return id;
  }

  remove(id: string): boolean {
    const before = this.entries.length;
    this.entries = this.entries.filter((entry) => entry.id !== id);
    return this.entries.length < before;
  }

  clear(): void {
    this.entries = [];
  }

  list(): FaultListing[] {
    return this.entries.map(({ id, rule, match, matched, applied }) => ({
      id,
      match: typeof match.path === 'object' ? { ...match, path: match.path.source } : match,
      fault: rule.fault,
      times: rule.times ?? null,
      after: rule.after ?? 0,
      matched,
      applied,
    }));
  }

  /** Of the black holes that match on method and path alone: these come before the body is read. */
  takeBeforeBody(method: string, path: string): Fault | undefined {
    if (this.entries.length === 0) return undefined;
    return this.firstThatApplies((entry) => entry.needsOnlyHead && matchesHead(entry, method, path));
  }

  take(subject: FaultSubject): Fault | undefined {
    if (this.entries.length === 0) return undefined;
    return this.firstThatApplies(
      (entry) =>
        !entry.needsOnlyHead &&
        matchesHead(entry, subject.method, subject.path) &&
        matchesRest(entry.match, subject),
    );
  }

  private firstThatApplies(matches: (entry: Entry) => boolean): Fault | undefined {
    for (const entry of this.entries) {
      const { times = Infinity, after = 0, fault } = entry.rule;
      if (entry.applied >= times || !matches(entry)) continue;
      entry.matched += 1;
      if (entry.matched <= after) continue;
      entry.applied += 1;
      return fault;
    }
    return undefined;
  }
}

function matchesOnHeadAlone(match: FaultMatch): boolean {
  return match.bodyContains === undefined && match.client === undefined && match.conversationId === undefined;
}

function matchesHead(entry: Entry, method: string, path: string): boolean {
  const wanted = entry.match.method;
  if (wanted !== undefined && wanted.toUpperCase() !== method) return false;
  return entry.path === undefined || entry.path.test(path);
}

function matchesRest(match: FaultMatch, subject: FaultSubject): boolean {
  if (match.bodyContains !== undefined && !subject.text.includes(match.bodyContains)) return false;
  if (match.conversationId !== undefined && match.conversationId !== subject.conversationId) return false;
  return match.client === undefined || match.client === subject.client();
}

// The flags g and y make a pattern remember where it stopped, and miss every second request.
function withoutMemory(path: string | RegExp): RegExp {
  return typeof path === 'string'
    ? new RegExp(path)
    : new RegExp(path.source, path.flags.replace(/[gy]/g, ''));
}
