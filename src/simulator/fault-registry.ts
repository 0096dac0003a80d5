import { Fault, FaultMatch, FaultRule } from './fault';
import { parseFaultRule } from './faults/fault-checks';
import { RuleRegistry } from './rule-registry';

/** The parts of a request that a rule can match. The client is looked up only when a rule asks for it. */
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
  /** Number of requests that the rule has matched, whether it spoiled them or let them through. */
  readonly matched: number;
  /** Number of requests that the rule has spoiled. */
  readonly applied: number;
}

/** A validated rule with its compiled pattern. */
interface PreparedRule extends FaultRule {
  readonly match: FaultMatch;
  readonly path: RegExp | undefined;
  readonly needsOnlyHead: boolean;
}

/** The registry of faults that a simulator plays on HTTP requests. */
export class FaultRegistry {
  private readonly rules = new RuleRegistry<PreparedRule>('fault');

  /** Throws `InvalidFaultError` when the rule is invalid. */
  add(rule: FaultRule): string {
    parseFaultRule(rule);
    const { match = {}, fault } = rule;
    return this.rules.add({
      ...rule,
      match,
      path: match.path === undefined ? undefined : withoutMemory(match.path),
      needsOnlyHead: fault.kind === 'black-hole' && matchesOnHeadAlone(match),
    });
  }

  remove(id: string): boolean {
    return this.rules.remove(id);
  }

  clear(): void {
    this.rules.clear();
  }

  list(): FaultListing[] {
    return this.rules.list().map(({ rule: { match, fault }, ...counts }) => ({
      ...counts,
      match: typeof match.path === 'object' ? { ...match, path: match.path.source } : match,
      fault,
    }));
  }

  /** Finds a black hole that matches by method and path alone: it applies before the body is read. */
  takeBeforeBody(method: string, path: string): Fault | undefined {
    return this.rules.take((rule) => rule.needsOnlyHead && matchesHead(rule, method, path))?.fault;
  }

  take(subject: FaultSubject): Fault | undefined {
    return this.rules.take(
      (rule) =>
        !rule.needsOnlyHead &&
        matchesHead(rule, subject.method, subject.path) &&
        matchesRest(rule.match, subject),
    )?.fault;
  }
}

function matchesOnHeadAlone(match: FaultMatch): boolean {
  return match.bodyContains === undefined && match.client === undefined && match.conversationId === undefined;
}

function matchesHead(rule: PreparedRule, method: string, path: string): boolean {
  const wanted = rule.match.method;
  if (wanted !== undefined && wanted.toUpperCase() !== method) return false;
  return rule.path === undefined || rule.path.test(path);
}

function matchesRest(match: FaultMatch, subject: FaultSubject): boolean {
  if (match.bodyContains !== undefined && !subject.text.includes(match.bodyContains)) return false;
  if (match.conversationId !== undefined && match.conversationId !== subject.conversationId) return false;
  return match.client === undefined || match.client === subject.client();
}

// The flags g and y keep a position in the pattern, which would then miss every second request.
function withoutMemory(path: string | RegExp): RegExp {
  return typeof path === 'string'
    ? new RegExp(path)
    : new RegExp(path.source, path.flags.replace(/[gy]/g, ''));
}
