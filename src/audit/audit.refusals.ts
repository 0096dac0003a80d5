import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import type { DomainError } from '../common/errors/domain.error';
import { RequestContext } from '../common/logging/request-context';
import { RecentValues } from '../common/recent-values';
import { AuditTrail } from './ports/audit.trail';

const WINDOW_MS = 60_000;
/** Callers are few, but the names in tokens may be many. */
const MAX_REMEMBERED = 10_000;
const MAX_WRITING = 100;

/**
 * Records what was not allowed: of each caller, and of all who are not known together, the first refusal of a kind in
 * a minute. A refusal changes nothing, so nobody waits for its record, and whoever has no credential cannot fill the
 * trail.
 */
@Injectable()
export class AuditRefusals implements OnModuleDestroy {
  private readonly log = new Logger(AuditRefusals.name);
  /** When the last one of a kind was recorded. */
  private readonly recorded = new RecentValues<{ at: number }>(WINDOW_MS, MAX_REMEMBERED);
  private readonly writing = new Set<Promise<void>>();

  constructor(private readonly trail: AuditTrail) {}

  /** `route` is a method and a path with its parameters' names, never their values. */
  readonly observe = (error: DomainError, route: string): void => {
    const { code, hiddenReason, reason = hiddenReason ?? code } = error;
    if (!this.isFirst(`${RequestContext.caller ?? ''} ${code} ${reason}`)) return;
    const written = this.trail
      .record({
        action: 'REQUEST_REFUSED',
        target: { type: 'route', id: route },
        outcome: 'denied',
        reason,
        detail: { code },
      })
      .catch((failure: unknown) => {
        this.log.error({ message: 'A refusal could not be recorded', code, error: failure });
      })
      .finally(() => this.writing.delete(written));
    this.writing.add(written);
  };

  async onModuleDestroy(): Promise<void> {
    await Promise.all(this.writing);
  }

  private isFirst(kind: string): boolean {
    const now = performance.now();
    const last = this.recorded.get(kind, () => ({ at: -Infinity }));
    if (now - last.at < WINDOW_MS || this.writing.size >= MAX_WRITING) return false;
    last.at = now;
    return true;
  }
}
