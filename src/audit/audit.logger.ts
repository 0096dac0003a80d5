import { Injectable, Logger } from '@nestjs/common';
import type { AuditRecord } from './domain/audit-record';
import { AuditPublisher } from './ports/audit.publisher';

/** Echoes committed audit records into the log, one line each, the action as the message. */
@Injectable()
export class AuditLogger extends AuditPublisher {
  private readonly log = new Logger('Audit');

  publish(records: readonly AuditRecord[]): void {
    for (const { action, conversationId, at, detail } of records) {
      this.log.log({ ...detail, message: action, action, conversationId, at });
    }
  }
}
