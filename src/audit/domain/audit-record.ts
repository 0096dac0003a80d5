/** What the audit trail can say happened. */
export type AuditAction =
  | 'SESSION_INITIALIZED'
  | 'SESSION_TERMINATED'
  | 'SESSION_DISCONNECTED'
  | 'SESSION_FAILED'
  | 'CRM_SYNC_SUCCESS'
  | 'CRM_SYNC_FAILED'
  | 'SINK_PAUSED'
  | 'SINK_RESUMED'
  | 'DELIVERY_RETRIED'
  | 'DELIVERIES_REPLAYED'
  | 'GUEST_ERASED';

/** Facts of a record. Only plain values: nothing that could carry a credential along by accident. */
export type AuditDetail = Readonly<Record<string, string | number>>;

/**
 * One fact in the audit trail. It is written in the transaction of what it records, so that neither exists
 * without the other, and it is logged once that transaction has committed.
 */
export interface AuditRecord {
  readonly action: AuditAction;
  /** Absent when it is about no single conversation. */
  readonly conversationId?: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** The request that caused it; absent when the service acted by itself. */
  readonly requestId?: string;
  readonly detail: AuditDetail;
}
