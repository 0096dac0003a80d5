import type { Selectable } from 'kysely';
import type { UnlinkedRecord } from '../../audit/domain/audit-chain';
import type { AuditDetail, AuditRecord } from '../../audit/domain/audit-record';
import type { AuditRecordTable } from '../database/database';

export type UnlinkedRow = Omit<AuditRecordTable, 'seq' | 'at' | 'prev_hash' | 'hash'>;

export function toAuditRow(record: AuditRecord): AuditRecordTable {
  return {
    ...toUnlinkedRow(record),
    seq: record.seq,
    at: Date.parse(record.at),
    prev_hash: record.prevHash,
    hash: record.hash,
  };
}

export function toUnlinkedRow(record: UnlinkedRecord): UnlinkedRow {
  return {
    chain: record.chain,
    actor_type: record.actor.type,
    actor_name: record.actor.name,
    action: record.action,
    target_type: record.target.type,
    target_id: record.target.id,
    conversation_id: record.conversationId,
    outcome: record.outcome,
    reason: record.reason,
    request_id: record.requestId,
    before_state: record.before,
    after_state: record.after,
    detail: JSON.stringify(record.detail),
  };
}

export function toAuditRecord(row: Selectable<AuditRecordTable>): AuditRecord {
  return {
    schema: 1,
    chain: row.chain,
    seq: row.seq,
    at: new Date(row.at).toISOString(),
    actor: { type: row.actor_type, name: row.actor_name },
    action: row.action,
    target: { type: row.target_type, id: row.target_id },
    conversationId: row.conversation_id,
    outcome: row.outcome,
    reason: row.reason,
    requestId: row.request_id,
    before: row.before_state,
    after: row.after_state,
    detail: JSON.parse(row.detail) as AuditDetail,
    prevHash: row.prev_hash,
    hash: row.hash,
  };
}
