import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { DomainError } from '../common/errors/domain.error';
import { RequestContext } from '../common/logging/request-context';
import { AuditThrottle } from './audit.throttle';
import type { AuditFact } from './domain/audit-record';

const MAX_WRITING = 100;

/**
 * Records what was not allowed: of each caller, route and reason, and of each reason of all who are not known together,
 * the first refusal in a minute and the count of the others; see `AuditThrottle`. A refusal changes nothing, so nobody
 * waits for its record, and whoever has no credential cannot fill the trail.
 */
@Injectable()
export class AuditRefusals implements OnModuleDestroy {
  private readonly writing = new Set<Promise<void>>();

  constructor(private readonly throttle: AuditThrottle) {}

  /** `route` is a method and a path with its parameters' names, never their values. */
  readonly observe = (error: DomainError, route: string): void => {
    const { code, hiddenReason, reason = hiddenReason ?? code } = error;
    const { caller } = RequestContext;
    const kind = JSON.stringify(caller === undefined ? [code, reason] : [caller, route, code, reason]);
    const refusal: AuditFact = {
      action: 'REQUEST_REFUSED',
      target: { type: 'route', id: route },
      outcome: 'denied',
      reason,
      detail: { code },
    };
    if (this.writing.size >= MAX_WRITING) {
      this.throttle.count(kind, refusal);
      return;
    }
    const written = this.throttle.record(kind, refusal);
    // Refusals of a window share the promise of its record.
    if (this.writing.has(written)) return;
    this.writing.add(written);
    void written
      .catch((failure: unknown) => {
        this.throttle.failed(failure);
      })
      .finally(() => this.writing.delete(written));
  };

  async onModuleDestroy(): Promise<void> {
    await Promise.allSettled(this.writing);
  }
}
