import { FrameFault, RequestFault, SocketFault, SocketFaultMatch, SocketFaultRule } from './socket-fault';
import { isOnRequests, parseSocketFaultRule } from './socket-fault-checks';

/** What a rule can match on: a request, by its action, or a frame, by its class. */
export interface SocketFaultSubject {
  readonly token: string | undefined;
  readonly conversationId: string | undefined;
  readonly deploymentId: string;
  readonly action?: string;
  readonly class?: string;
  /** The JSON; made only when a rule asks for it. */
  text(): string;
}

export interface SocketFaultListing {
  readonly id: string;
  readonly match: SocketFaultMatch;
  readonly fault: SocketFault;
  readonly times: number | null;
  readonly after: number;
  /** How many the rule has matched, spoiled or let through. */
  readonly matched: number;
  /** How many the rule has spoiled. */
  readonly applied: number;
}

interface Entry {
  readonly id: string;
  readonly rule: SocketFaultRule;
  matched: number;
  applied: number;
}

/**
 * The faults of guest sockets. As with the faults of HTTP requests, the first rule that applies takes the request or
 * frame, and one that is used up stays listed.
 */
export class SocketFaultRegistry {
  private entries: Entry[] = [];
  private lastId = 0;

  /** Throws when the rule cannot be carried out. */
  add(rule: SocketFaultRule): string {
    parseSocketFaultRule(rule);
    this.lastId += 1;
    const id = `socket-fault-${this.lastId}`;
    this.entries.push({ id, rule, matched: 0, applied: 0 });
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

  list(): SocketFaultListing[] {
    return this.entries.map(({ id, rule, matched, applied }) => ({
      id,
      match: rule.match ?? {},
      fault: rule.fault,
      times: rule.times ?? null,
      after: rule.after ?? 0,
      matched,
      applied,
    }));
  }

  takeForRequest(subject: SocketFaultSubject): RequestFault | undefined {
    return this.firstThatApplies(subject, isOnRequests) as RequestFault | undefined;
  }

  takeForFrame(subject: SocketFaultSubject): FrameFault | undefined {
    return this.firstThatApplies(subject, (fault) => !isOnRequests(fault)) as FrameFault | undefined;
  }

  private firstThatApplies(
    subject: SocketFaultSubject,
    belongs: (fault: SocketFault) => boolean,
  ): SocketFault | undefined {
    for (const entry of this.entries) {
      const { match = {}, times = Infinity, after = 0, fault } = entry.rule;
      if (entry.applied >= times || !belongs(fault) || !matches(match, subject)) continue;
      entry.matched += 1;
      if (entry.matched <= after) continue;
      entry.applied += 1;
      return fault;
    }
    return undefined;
  }
}

function matches({ bodyContains, ...wanted }: SocketFaultMatch, subject: SocketFaultSubject): boolean {
  const keys = Object.keys(wanted) as (keyof typeof wanted)[];
  if (keys.some((key) => wanted[key] !== undefined && wanted[key] !== subject[key])) return false;
  return bodyContains === undefined || subject.text().includes(bodyContains);
}
