import { Injectable, Logger } from '@nestjs/common';
import type { DomainError } from '../common/errors/domain.error';
import { RequestContext } from '../common/logging/request-context';
import { RecentValues } from '../common/recent-values';
import { Coalescer } from '../common/limits/coalescer';
import type { AuditActor } from './domain/audit-record';
import { AuditTrail } from './ports/audit.trail';

const WINDOW_MS = 60_000;
/** Callers are few, but the names in tokens may be many. */
const MAX_REMEMBERED = 10_000;
const MAX_WRITING = 100;
/** Reasons and routes are closed sets; those that come together are fewer. */
const MAX_OUTSIDER_KINDS = 500;

const UNKNOWN: AuditActor = { type: 'unknown', name: '' };

interface Refused {
  readonly route: string;
  readonly code: string;
  readonly reason: string;
}

/**
 * Records what was not allowed: of each caller the first refusal of a kind in a minute. Those of requests without a
 * valid credential are coalesced by reason and route: the first one has a record, the others are a count (`Coalescer`).
 * A refusal changes nothing, so no request waits for its record, and a client without a credential cannot fill the
 * trail.
 */
@Injectable()
export class AuditRefusals {
  private readonly log = new Logger(AuditRefusals.name);
  /** When the last one of a kind was recorded. */
  private readonly recorded = new RecentValues<{ at: number }>(WINDOW_MS, MAX_REMEMBERED);
  private readonly writing = new Set<Promise<void>>();
  private readonly outsiders = new Coalescer<Refused>(MAX_OUTSIDER_KINDS, (refused, count) => {
    if (this.writing.size < MAX_WRITING) this.write(refused, count, UNKNOWN);
    else this.outsiders.add(kindOf(refused), refused, count);
  });

  constructor(private readonly trail: AuditTrail) {}

  /** `route` is a method and a path with its parameters' names, never their values. */
  readonly observe = (error: DomainError, route: string): void => {
    const { code, hiddenReason, reason = hiddenReason ?? code } = error;
    const refused = { route, code, reason };
    if (RequestContext.caller === undefined) this.outsiders.add(kindOf(refused), refused);
    else if (this.isFirst(`${RequestContext.caller} ${code} ${reason}`)) this.write(refused, 1);
  };

  /** Records what is still counted; to be called after the last request and before the database closes. */
  async settle(): Promise<void> {
    await Promise.all(this.writing);
    for (let rounds = Math.ceil(MAX_OUTSIDER_KINDS / MAX_WRITING); rounds > 0; rounds -= 1) {
      this.outsiders.flush();
      await Promise.all(this.writing);
    }
  }

  private write({ route, code, reason }: Refused, count: number, actor?: AuditActor): void {
    const written = this.trail
      .record({
        action: 'REQUEST_REFUSED',
        target: { type: 'route', id: route },
        outcome: 'denied',
        reason,
        detail: { code, ...(count > 1 ? { count } : {}) },
        ...(actor === undefined ? {} : { actor }),
      })
      .catch((failure: unknown) => {
        this.log.error({ message: 'A refusal could not be recorded', code, reason, count, error: failure });
      })
      .finally(() => this.writing.delete(written));
    this.writing.add(written);
  }

  private isFirst(kind: string): boolean {
    const now = performance.now();
    const last = this.recorded.get(kind, () => ({ at: -Infinity }));
    if (now - last.at < WINDOW_MS || this.writing.size >= MAX_WRITING) return false;
    last.at = now;
    return true;
  }
}

function kindOf({ code, reason, route }: Refused): string {
  return `${code} ${reason} ${route}`;
}
