import { Injectable } from '@nestjs/common';
import { RequestContext } from '../common/logging/request-context';
import { AuditThrottle } from './audit-throttle';
import type { AuditFact } from './domain/audit-record';

/**
 * Records reads of personal data of other callers' guests: of each caller, action and target the first read in a
 * minute and the count of the others, so that a client may poll.
 */
@Injectable()
export class AuditReads {
  constructor(private readonly throttle: AuditThrottle) {}

  /** Await this before the response. Throws `StorageUnavailableError`. */
  async record(read: AuditFact | undefined): Promise<void> {
    if (read === undefined) return;
    const { action, target } = read;
    await this.throttle.record(JSON.stringify([RequestContext.caller ?? '', action, target.id]), read);
  }
}
