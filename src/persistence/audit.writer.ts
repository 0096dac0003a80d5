import { Injectable } from '@nestjs/common';
import type { AuditRecord } from '../audit/domain/audit-record';
import { AuditPublisher } from '../audit/ports/audit.publisher';
import { RequestContext } from '../common/logging/request-context';
import type { Work } from './unit-of-work';

/**
 * Writes audit records in the transaction of what they record and publishes them once it has committed. Adds the id
 * of the request being served to those that have none.
 */
@Injectable()
export class AuditWriter {
  constructor(private readonly publisher: AuditPublisher) {}

  async write(work: Work, records: readonly AuditRecord[]): Promise<void> {
    if (records.length === 0) return;
    const complete = records.map(withRequestId);
    await work.db
      .insertInto('audit_record')
      .values(
        complete.map((record) => ({
          at: record.at,
          action: record.action,
          // The column takes no null: the first release had no record without a conversation.
          conversation_id: record.conversationId ?? '',
          request_id: record.requestId ?? null,
          detail: JSON.stringify(record.detail),
        })),
      )
      .execute();
    work.afterCommit(() => {
      this.publisher.publish(complete);
    });
  }
}

function withRequestId(record: AuditRecord): AuditRecord {
  const requestId = record.requestId ?? RequestContext.requestId;
  return requestId === undefined ? record : { ...record, requestId };
}
