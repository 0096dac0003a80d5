import { FrameFault, RequestFault, SocketFault, SocketFaultMatch, SocketFaultRule } from './socket-fault';
import { RuleRegistry } from '../rule-registry';
import { isOnRequests, parseSocketFaultRule } from './socket-fault-checks';

/** The parts that a rule can match: the action of a request, or the class of a frame. */
export interface SocketFaultSubject {
  readonly token: string | undefined;
  readonly conversationId: string | undefined;
  readonly deploymentId: string;
  readonly action?: string;
  readonly class?: string;
  /** The JSON, serialized only when a rule asks for it. */
  text(): string;
}

export interface SocketFaultListing {
  readonly id: string;
  readonly match: SocketFaultMatch;
  readonly fault: SocketFault;
  readonly times: number | null;
  readonly after: number;
  /** Number of matches, spoiled or let through. */
  readonly matched: number;
  /** Number of spoiled requests or frames. */
  readonly applied: number;
}

/** The registry of faults that a simulator plays on requests and frames of guest sockets. */
export class SocketFaultRegistry {
  private readonly rules = new RuleRegistry<SocketFaultRule>('socket-fault');

  /** Throws `InvalidFaultError` when the rule is invalid. */
  add(rule: SocketFaultRule): string {
    parseSocketFaultRule(rule);
    return this.rules.add(rule);
  }

  remove(id: string): boolean {
    return this.rules.remove(id);
  }

  clear(): void {
    this.rules.clear();
  }

  list(): SocketFaultListing[] {
    return this.rules
      .list()
      .map(({ rule: { match = {}, fault }, ...counts }) => ({ ...counts, match, fault }));
  }

  takeForRequest(subject: SocketFaultSubject): RequestFault | undefined {
    return this.firstFor(subject, isOnRequests) as RequestFault | undefined;
  }

  takeForFrame(subject: SocketFaultSubject): FrameFault | undefined {
    return this.firstFor(subject, (fault) => !isOnRequests(fault)) as FrameFault | undefined;
  }

  private firstFor(
    subject: SocketFaultSubject,
    belongs: (fault: SocketFault) => boolean,
  ): SocketFault | undefined {
    return this.rules.take(({ match = {}, fault }) => belongs(fault) && matches(match, subject))?.fault;
  }
}

function matches({ bodyContains, ...wanted }: SocketFaultMatch, subject: SocketFaultSubject): boolean {
  const keys = Object.keys(wanted) as (keyof typeof wanted)[];
  if (keys.some((key) => wanted[key] !== undefined && wanted[key] !== subject[key])) return false;
  return bodyContains === undefined || subject.text().includes(bodyContains);
}
