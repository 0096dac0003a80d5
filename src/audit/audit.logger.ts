import { Injectable, Logger } from '@nestjs/common';
import { Metrics } from '../metrics/metrics';
import type { AuditRecord } from './domain/audit-record';
import { AuditPublisher } from './ports/audit.publisher';

/** Echoes committed audit records into the log, one line each, the action as the message, and counts them. */
@Injectable()
export class AuditLogger extends AuditPublisher {
  private readonly log = new Logger('Audit');
  private readonly written;

  constructor(metrics: Metrics) {
    super();
    this.written = metrics.counter('audit_records_total', 'Audit records written', ['action', 'outcome']);
  }

  publish(records: readonly AuditRecord[]): void {
    for (const { action, outcome, actor, conversationId, at, detail, reason } of records) {
      this.written.inc({ action, outcome });
      this.log.log({
        ...(reason === null ? {} : { reason }),
        ...detail,
        message: action,
        action,
        outcome,
        ...(actor.type === 'caller' ? { caller: actor.name } : {}),
        ...(conversationId === null ? {} : { conversationId }),
        at,
      });
    }
  }
}
