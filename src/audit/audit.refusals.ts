import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import type { DomainError } from '../common/errors/domain.error';
import { RequestContext } from '../common/logging/request-context';
import { Clock } from '../common/time/clock';
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
  /** When the last one was recorded, the longest ago first. */
  private readonly recordedAt = new Map<string, number>();
  private readonly writing = new Set<Promise<void>>();

  constructor(
    private readonly trail: AuditTrail,
    private readonly clock: Clock,
  ) {}

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
    const now = this.clock.now();
    const last = this.recordedAt.get(kind);
    const isRecent = last !== undefined && now - last < WINDOW_MS && now >= last;
    if (isRecent || this.writing.size >= MAX_WRITING) return false;
    this.recordedAt.delete(kind);
    this.recordedAt.set(kind, now);
    const [oldest] = this.recordedAt.keys();
    if (this.recordedAt.size > MAX_REMEMBERED && oldest !== undefined) this.recordedAt.delete(oldest);
    return true;
  }
}
