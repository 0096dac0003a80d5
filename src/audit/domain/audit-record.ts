/** All actions that the audit trail records. */
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
  'WEBHOOK_CREATED',
  'WEBHOOK_UPDATED',
  'WEBHOOK_SECRET_ROTATED',
  'WEBHOOK_TESTED',
  'WEBHOOK_PAUSED',
  'WEBHOOK_RESUMED',
  'WEBHOOK_DISABLED',
  'WEBHOOK_DELETED',
  'WEBHOOK_DELIVERY_RETRIED',
  'WEBHOOK_DELIVERIES_REPLAYED',
  'GUEST_ERASED',
  'DEPLOYMENT_EXAMINED',
  'CONSOLE_LOGIN',
  'CONSOLE_LOGOUT',
  'REQUEST_REFUSED',
  'AUDIT_EXPORTED',
  'AUDIT_SEGMENT_DROPPED',
] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];

export const AUDIT_OUTCOMES = ['success', 'failure', 'denied'] as const;

export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

export const ACTOR_TYPES = ['caller', 'service', 'unknown'] as const;

/**
 * The actor of a record: a caller by its name; the service itself; or unknown, because the credential was invalid or
 * the record is from before actors were recorded.
 */
export interface AuditActor {
  readonly type: (typeof ACTOR_TYPES)[number];
  readonly name: string;
}

export const TARGET_TYPES = [
  'session',
  'delivery',
  'sink',
  'webhook',
  'console-session',
  'replica',
  'route',
  'guest',
  'audit',
] as const;

/** The object of an action. */
export interface AuditTarget {
  readonly type: (typeof TARGET_TYPES)[number];
  readonly id: string;
}

/** Further facts of a record. Plain values only, so that no credential is carried along by accident. */
export type AuditDetail = Readonly<Record<string, string | number>>;

/** A fact that a feature reports. It names guests by reference only (`guestRef`). */
export interface AuditFact {
  readonly action: AuditAction;
  readonly target: AuditTarget;
  /** Absent if it concerns no single conversation. */
  readonly conversationId?: string;
  /** Absent: success. */
  readonly outcome?: AuditOutcome;
  /** A word of a closed set, if there is a reason. */
  readonly reason?: string;
  /** The state of the target before and after, if it has one. */
  readonly before?: string;
  readonly after?: string;
  /** Absent: the caller of the current request, or the service outside of requests. */
  readonly actor?: AuditActor;
  readonly detail?: AuditDetail;
}

/**
 * One link in a chain of the audit trail. It is written in the transaction of the change that it records, so that
 * neither exists without the other, and logged once that transaction has committed.
 */
export interface AuditRecord {
  readonly schema: 1;
  readonly chain: number;
  /** From 1 in each chain, without gaps. */
  readonly seq: number;
  /** RFC 3339 with milliseconds, in UTC, by the database's clock. */
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
  /** The hash of the record before it in its chain; zeros for the first one. */
  readonly prevHash: string;
  readonly hash: string;
}
