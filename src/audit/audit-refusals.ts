import { Injectable } from '@nestjs/common';
import { DataRefusedError } from '../common/errors/data-refused.errors';
import type { DomainError } from '../common/errors/domain.errors';
import { Coalescer } from '../common/limits/coalescer';
import { RequestContext } from '../common/logging/request-context';
import { AuditThrottle } from './audit-throttle';
import { UNKNOWN_ACTOR } from './domain/audit-actor';
import type { AuditFact } from './domain/audit-record';
import { standingFor } from './domain/suppressed';
import { AuditTrail } from './ports/audit-trail';

const MAX_WRITING = 100;
/** Bound on the kinds: reasons and routes are closed sets, of which few occur together. */
const MAX_OUTSIDER_KINDS = 500;

/**
 * Records refusals: per caller, route and reason the first one in a minute and the count of the others
 * (`AuditThrottle`). Refusals of requests without a valid credential are coalesced by reason and route: the first one
 * has a record, the others share further ones (`Coalescer`). `suppressed` is the number of further refusals that a
 * record stands for. A refusal changes nothing, so no request waits for its record, and a client without a credential
 * cannot fill the trail.
 */
@Injectable()
export class AuditRefusals {
  private readonly writing = new Set<Promise<void>>();
  private readonly outsiders = new Coalescer<AuditFact>(MAX_OUTSIDER_KINDS, (fact, count) => {
    if (this.writing.size < MAX_WRITING) this.write(this.recordOutsiders(fact, count));
    else this.outsiders.add(kindOf(fact), fact, count);
  });

  constructor(
    private readonly trail: AuditTrail,
    private readonly throttle: AuditThrottle,
  ) {}

  /** `route` is a method and a path with its parameters' names, never their values. */
  readonly observe = (error: DomainError, route: string): void => {
    const { code, hiddenReason, reason = hiddenReason ?? code } = error;
    const { caller } = RequestContext;
    const refusal: AuditFact = {
      action: 'REQUEST_REFUSED',
      target: { type: 'route', id: route },
      outcome: 'denied',
      reason,
      detail: { code },
    };
    if (caller === undefined) this.outsiders.add(kindOf(refusal), { ...refusal, actor: UNKNOWN_ACTOR });
    else if (this.writing.size >= MAX_WRITING) this.throttle.count(kindOf(refusal, caller), refusal);
    else this.write(this.throttle.record(kindOf(refusal, caller), refusal));
  };

  /** Records the remaining counts; call it after the last request and before the database closes. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.writing);
    for (let rounds = Math.ceil(MAX_OUTSIDER_KINDS / MAX_WRITING); rounds > 0; rounds -= 1) {
      this.outsiders.flush();
      await Promise.allSettled(this.writing);
    }
    await this.throttle.settle();
  }

  /** Facts are counted again if their write failed, unless the database refuses them for good. */
  private async recordOutsiders(fact: AuditFact, count: number): Promise<void> {
    try {
      await this.trail.record(standingFor(count, fact));
    } catch (error) {
      if (!(error instanceof DataRefusedError)) this.outsiders.add(kindOf(fact), fact, count);
      throw error;
    }
  }

  private write(written: Promise<void>): void {
    // All refusals of a window share the promise of its record.
    if (this.writing.has(written)) return;
    this.writing.add(written);
    void written
      .catch((failure: unknown) => {
        this.throttle.failed(failure);
      })
      .finally(() => this.writing.delete(written));
  }
}

function kindOf({ target, reason, detail }: AuditFact, caller?: string): string {
  return JSON.stringify([caller ?? null, target.id, detail?.['code'], reason]);
}
