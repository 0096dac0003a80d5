/** What the audit trail can say happened. */
export const AUDIT_ACTIONS = [
  'SESSION_INITIALIZED',
  'SESSION_END_REQUESTED',
  'SESSION_TERMINATED',
  'SESSION_DISCONNECTED',
  'SESSION_FAILED',
  'GUEST_AUTHENTICATED',
  'GUEST_LOGOUT_REQUESTED',
  'MESSAGE_SENT',
  'MESSAGES_READ',
  'FILE_SENT',
  'EVENTS_STREAMED',
  'SESSIONS_LISTED',
  'CRM_SYNC_SUCCESS',
  'CRM_SYNC_FAILED',
  'SINK_PAUSED',
  'SINK_RESUMED',
  'SINK_TESTED',
  'DELIVERY_RETRIED',
  'DELIVERIES_REPLAYED',
  'GUEST_ERASED',
  'REQUEST_REFUSED',
  'AUDIT_EXPORTED',
  'AUDIT_SEGMENT_DROPPED',
] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];

export const AUDIT_OUTCOMES = ['success', 'failure', 'denied'] as const;

export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

export const ACTOR_TYPES = ['caller', 'service', 'unknown'] as const;

/**
 * Who did it: a caller by its name; the service by itself; or somebody who is not known, because the credential was
 * not good, or because the record is from before actors were recorded.
 */
export interface AuditActor {
  readonly type: (typeof ACTOR_TYPES)[number];
  readonly name: string;
}

export const TARGET_TYPES = ['session', 'delivery', 'sink', 'route', 'guest', 'audit'] as const;

/** What it was done to. */
export interface AuditTarget {
  readonly type: (typeof TARGET_TYPES)[number];
  readonly id: string;
}

/** Further facts of a record. Only plain values: nothing that could carry a credential along by accident. */
export type AuditDetail = Readonly<Record<string, string | number>>;

/** What a feature says happened. People appear in it by reference only (`guestRef`). */
export interface AuditFact {
  readonly action: AuditAction;
  readonly target: AuditTarget;
  /** Absent when it is about no single conversation. */
  readonly conversationId?: string;
  /** Absent: it succeeded. */
  readonly outcome?: AuditOutcome;
  /** A word of a closed set, where there is a why. */
  readonly reason?: string;
  /** The state of the target before and after, where it has one. */
  readonly before?: string;
  readonly after?: string;
  /** Absent: the caller whose request is being served, or the service when there is none. */
  readonly actor?: AuditActor;
  readonly detail?: AuditDetail;
}

/**
 * One link in a chain of the audit trail. It is written in the transaction of what it records, so that neither exists
 * without the other, and it is logged once that transaction has committed.
 */
export interface AuditRecord {
  readonly schema: 1;
  readonly chain: number;
  /** From 1 in each chain, without gaps. */
  readonly seq: number;
  /** RFC 3339 with milliseconds, in UTC, by the clock of the database. */
  readonly at: string;
  readonly actor: AuditActor;
  readonly action: AuditAction;
  readonly target: AuditTarget;
  readonly conversationId: string | null;
  readonly outcome: AuditOutcome;
  readonly reason: string | null;
  /** The request that caused it; null when the service acted by itself. */
  readonly requestId: string | null;
  readonly before: string | null;
  readonly after: string | null;
  readonly detail: AuditDetail;
  /** The hash of the record before it in its chain; of the first one, zeros. */
  readonly prevHash: string;
  readonly hash: string;
}
