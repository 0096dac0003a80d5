import { Injectable, Logger } from '@nestjs/common';
import type { AuditRecord } from './domain/audit-record';
import { AuditObserver } from './ports/audit-observer';
import { AuditListener } from './ports/audit-listener';

/** Logs committed audit records, one line each with the action as the message, and has them counted. */
@Injectable()
export class AuditLogger extends AuditListener {
  private readonly log = new Logger('Audit');

  constructor(private readonly observer: AuditObserver) {
    super();
  }

  publish(records: readonly AuditRecord[]): void {
    for (const { action, outcome, actor, conversationId, at, detail, reason } of records) {
      this.observer.written(action, outcome);
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
