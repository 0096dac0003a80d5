import { Injectable, Logger } from '@nestjs/common';
import type { AuditFact } from '../audit/domain/audit-record';
import { AuditTrail } from '../audit/ports/audit-trail';
import { DomainError } from '../common/errors/domain.errors';

/** Audits acts for other callers' guests that store no row which the record could accompany. */
@Injectable()
export class GuestActAudit {
  private readonly log = new Logger(GuestActAudit.name);

  constructor(private readonly trail: AuditTrail) {}

  /** Throws `StorageUnavailableError`: then the result of the act must not be returned. */
  async succeeded(act: AuditFact | undefined): Promise<void> {
    if (act !== undefined) await this.trail.record(act);
  }

  /** Audits a failed act, which may have taken effect according to `error`. Never throws: the caller gets `error`. */
  async failed(act: AuditFact | undefined, error: unknown, isHungUp = false): Promise<void> {
    if (act === undefined) return;
    const code = error instanceof DomainError ? error.code : 'internal';
    const reason = isHungUp ? 'hung-up' : code;
    try {
      await this.trail.record({ ...act, outcome: 'failure', reason });
    } catch (failure) {
      const { action, conversationId = '' } = act;
      this.log.error({
        message: 'Audit record of a failed act lost',
        action,
        conversationId,
        error: failure,
      });
    }
  }
}
