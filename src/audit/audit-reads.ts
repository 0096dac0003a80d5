import { Injectable } from '@nestjs/common';
import { RequestContext } from '../common/logging/request-context';
import { AuditThrottle } from './audit-throttle';
import type { AuditFact } from './domain/audit-record';

/**
 * Records that personal data was read which belongs to the guests of other callers: of each caller, action and target
 * the first read in a minute and the count of the others, so that a client may poll.
 */
@Injectable()
export class AuditReads {
  constructor(private readonly throttle: AuditThrottle) {}

  /** To be awaited before anything is handed out. Throws `StorageUnavailableError`. */
  async record(read: AuditFact | undefined): Promise<void> {
    if (read === undefined) return;
    const { action, target } = read;
    await this.throttle.record(JSON.stringify([RequestContext.caller ?? '', action, target.id]), read);
  }
}
