import type { Generated } from 'kysely';
import type { AuditAction, AuditActor, AuditOutcome, AuditTarget } from '../../audit/domain/audit-record';
import type { FeedEvent } from '../../events/domain/feed-event';
import type { IdempotentRequest } from '../../session/domain/idempotent-request';
import type { EventState } from '../../session/domain/session-event';
import type { DeliveryStatus } from '../../sync/domain/delivery';
import type { PauseReason } from '../../sync/ports/sink.store';
import type { SessionSelection, WebhookStatusReason, WebhookStatus } from '../../webhooks/domain/webhook';
import type { DisconnectStatus, EndReason, SessionState } from '../../session/domain/session-state';

// Times are epoch milliseconds, JSON is text and booleans are 1 or 0, so that both databases read alike.

export interface SessionTable {
  readonly conversation_id: string;
  /** Encrypted; empty when the guest was erased. */
  readonly guest_token: string;
  /** `guestRefOf` the token; stays after an erasure. */
  readonly guest_ref: string;
  readonly owner: string;
  readonly channel: string;
  readonly oauth_client: string;
  readonly queue_id: string;
  /** Encrypted; empty when the guest was erased. */
  readonly name: string;
  readonly locale: string;
  /** JSON list of strings. */
  readonly capabilities: string;
  readonly duration_limit: number;
  readonly discloses_guest_token: number;
  readonly created_at: number;
  readonly state: SessionState;
  readonly end_reason: EndReason | null;
  /** The platform's own word for the end; null if there is none. */
  readonly end_cause: string | null;
  readonly started_at: number;
  readonly expires_at: number;
  readonly ended_at: number | null;
  readonly disconnect: DisconnectStatus;
  readonly disconnect_due_at: number | null;
  readonly disconnect_attempts: number;
  readonly last_sequence: number;
  readonly version: number;
  /** When the guest was erased. */
  readonly erased_at: number | null;
  /** The time at which the upstream lets the session expire, as far as it has said so. */
  readonly upstream_expires_at: number | null;
  /** Encrypted; null for a guest that has not logged in, empty once they are not needed any more. */
  readonly guest_credentials: string | null;
  /** Encrypted; null if there is none, and once the guest is erased or the session has ended. */
  readonly guest_context: string | null;
  /** Genesys' own id of the conversation; null until it is known. */
  readonly genesys_conversation_id: string | null;
  /** The replica that holds the session; empty if none does. */
  readonly holder: string;
  /** Digest of the address under which the upstream delivers to the guest; null without one, and once the session is over. */
  readonly guest_address: string | null;
  /** Encrypted; null without one, and once the guest is erased. */
  readonly webhook_url: string | null;
  /** JSON object of the facts that Genesys Cloud has reported; null without any. */
  readonly platform_report: string | null;
  /** JSON object, encrypted; null without a wrap-up, and once the guest is erased. */
  readonly wrap_up: string | null;
}

export interface ReplicaTable {
  readonly id: string;
  readonly address: string;
  /** Proves the address; empty in rows of an earlier release. */
  readonly address_seal: Generated<string>;
  readonly lease_until: number;
  /** Another replica has found the lease expired: it cannot be renewed any more. */
  readonly is_lost: number;
  /** It is about to stop. */
  readonly is_leaving: Generated<number>;
}

/** Events of conversations; see `EventFeed` and `MessageStore`. */
export interface ConversationEventTable {
  readonly written: Generated<number>;
  /** The position in the feed; null until it is certain that no row will come before this one. */
  readonly position: number | null;
  readonly id: string;
  readonly conversation_id: string;
  /** Owner of the session. */
  readonly owner: string;
  readonly kind: FeedEvent['kind'];
  /** The upstream's id; null for all events but messages. */
  readonly message_id: string | null;
  /** The reference under which this service sent the message. */
  readonly reference: string | null;
  readonly fingerprint: string | null;
  readonly at: number;
  /** A JSON object; encrypted for a message. */
  readonly body: string;
  /** As that of a session event. */
  readonly traceparent: string | null;
}

/** Batches of ephemeral events between replicas; see `EphemeralEventBus`. */
export interface PassingBatchTable {
  readonly id: string;
  /** Identifies a process run; `number` counts its batches. */
  readonly source: string;
  readonly number: number;
  /** Time by the database's clock. */
  readonly at: number;
  /** A JSON list, encrypted. */
  readonly body: string;
}

export interface SessionEventTable {
  readonly id: string;
  readonly conversation_id: string;
  readonly sequence: number;
  readonly state: EventState;
  readonly occurred_at: number;
  /** JSON object, with the message of an event about one; encrypted if it holds data of the guest. */
  readonly metadata: string;
  /** The span that caused the event, which its deliveries continue (W3C Trace Context); null while traces are off. */
  readonly traceparent: string | null;
}

export interface DeliveryTable {
  readonly event_id: string;
  readonly sink: string;
  readonly conversation_id: string;
  readonly sequence: number;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  /** When its event happened, or when an operator requeued it: the age of the backlog is measured from here. */
  readonly queued_at: number;
  readonly next_attempt_at: number;
  /** When it was delivered or buried. */
  readonly settled_at: number | null;
  readonly last_error: string | null;
  /** The relay that has claimed it, and the end of its claim. */
  readonly claimed_by: string | null;
  readonly claimed_until: number | null;
}

export interface DeliveryAttemptTable {
  readonly id: Generated<number>;
  readonly event_id: string;
  readonly sink: string;
  /** End of the attempt. */
  readonly at: number;
  readonly latency_ms: number;
  /** The status with which an HTTP receiver answered. */
  readonly status: number | null;
  /** Null when the event was accepted. */
  readonly error: string | null;
}

export interface SinkTable {
  readonly name: string;
  readonly paused_at: number | null;
  readonly pause_reason: PauseReason | null;
  readonly quiet_until: number | null;
  /** The receiver counts as failing until this time. */
  readonly failing_until: Generated<number | null>;
}

export interface IdempotencyKeyTable {
  readonly owner: string;
  readonly operation: IdempotentRequest['operation'];
  readonly key_hash: string;
  readonly fingerprint: string;
  readonly conversation_id: string;
  /** The process that performs the opening; null once there is a response, or when that process is gone. */
  readonly opening_by: string | null;
  /** A JSON object, encrypted. */
  readonly answer: string | null;
  readonly created_at: number;
  readonly expires_at: number;
}

export interface AuditRecordTable {
  readonly chain: number;
  readonly seq: number;
  readonly at: number;
  readonly actor_type: AuditActor['type'];
  readonly actor_name: string;
  readonly action: AuditAction;
  readonly target_type: AuditTarget['type'];
  readonly target_id: string;
  readonly conversation_id: string | null;
  readonly outcome: AuditOutcome;
  readonly reason: string | null;
  readonly request_id: string | null;
  readonly before_state: string | null;
  readonly after_state: string | null;
  /** JSON object. */
  readonly detail: string;
  readonly prev_hash: string;
  readonly hash: string;
}

/** The last record of each chain, which the next one is chained to. */
export interface AuditHeadTable {
  readonly chain: number;
  readonly seq: number;
  readonly hash: string;
}

/** Records of a chain that retention drops together; the hash of the last one remains. */
export interface AuditSegmentTable {
  readonly chain: number;
  readonly first_seq: number;
  readonly last_seq: number;
  readonly last_hash: string;
  /** Time of the youngest record. */
  readonly last_at: number;
  readonly dropped_at: number | null;
}

export interface CounterTable {
  readonly name: string;
  readonly value: number;
}

/** Token buckets that all replicas share; see `sql-shared-token-bucket.store.ts`. */
export interface SharedBucketTable {
  readonly name: string;
  readonly tokens: number;
  /** Capacity at the last take. */
  readonly capacity: number;
  /** Tokens that the last take was granted. */
  readonly granted: number;
  readonly filled_at: number;
  readonly closed_until: number;
}

/** The lease of the replica that uses the notification channels; one row. */
export interface NotificationOwnerTable {
  readonly id: number;
  /** Empty before the first owner. */
  readonly owner: string;
  /** Time by the database's clock; 0 after a release. */
  readonly leased_until: number;
  /** The latest time at which all channels were live; 0 if they never were. */
  readonly live_at: number;
}

/** Channels of the notification service; see `NotificationChannelStore`. */
export interface NotificationChannelTable {
  readonly slot: number;
  /** A JSON object with the id and the URI of the channel, encrypted. */
  readonly address: string;
  readonly created_at: number;
  readonly expires_at: number;
}

/** The keys that stored texts may be encrypted with; see `data-key-proofs.ts`. */
export interface DataKeyTable {
  /** Empty for plain texts. */
  readonly id: string;
  readonly proof: string;
}

/** Webhooks of callers; see `WebhookStore`. */
export interface WebhookTable {
  readonly id: string;
  readonly owner: string;
  /** Encrypted; empty once it is deleted. */
  readonly url: string;
  readonly description: string;
  /** JSON list of strings. */
  readonly types: string;
  readonly sessions: SessionSelection;
  /** `deleted` until its deliveries are purged. */
  readonly status: WebhookStatus | 'deleted';
  readonly status_reason: WebhookStatusReason | null;
  /** JSON list, encrypted; empty once it is deleted. */
  readonly secrets: string;
  /** It gets the events of the feed after this position; -1 if it was never verified. */
  readonly from_position: number;
  readonly created_at: number;
  readonly updated_at: number;
  readonly verified_at: number | null;
  readonly failing_since: number | null;
  readonly quiet_until: number | null;
  readonly failing_until: number | null;
}

/** The events of one conversation for one webhook; see `WebhookQueue`. */
export interface WebhookQueueTable {
  readonly webhook_id: string;
  readonly conversation_id: string;
  /** The number of its last event. */
  readonly last_sequence: number;
  /** Not before this time is its head attempted; null if it has no pending event. */
  readonly due_at: number | null;
  /** Failed attempts of its head. */
  readonly attempts: number;
  readonly claimed_by: string | null;
  readonly claimed_until: number | null;
}

export interface WebhookDeliveryTable {
  readonly webhook_id: string;
  readonly event_id: string;
  readonly conversation_id: string;
  readonly sequence: number;
  readonly type: string;
  readonly occurred_at: number;
  /** JSON object of an event that is not in the feed; otherwise null. */
  readonly data: string | null;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  readonly queued_at: number;
  readonly settled_at: number | null;
  readonly last_error: string | null;
}

export interface WebhookAttemptTable {
  readonly id: Generated<number>;
  readonly webhook_id: string;
  readonly event_id: string;
  readonly at: number;
  readonly latency_ms: number;
  readonly status: number | null;
  readonly error: string | null;
}

/** Logins to the console; see `ConsoleSessionStore`. */
export interface ConsoleSessionTable {
  /** SHA-256 of the token in the cookie. */
  readonly id: string;
  readonly caller: string;
  /** Encrypted with a key from that token, by `SessionSecrets`; no key of `DATA_KEY` decrypts it. */
  readonly credential: string;
  readonly created_at: number;
  readonly last_used_at: number;
}

/** Figures of replicas and minutes; see `StatisticsStore`. */
export interface StatisticTable {
  /** The beginning of the minute, by the clock of the replicas. */
  readonly minute: number;
  readonly replica: string;
  readonly name: string;
  readonly value: number;
}

export interface Database {
  readonly session: SessionTable;
  readonly replica: ReplicaTable;
  readonly session_event: SessionEventTable;
  readonly conversation_event: ConversationEventTable;
  readonly passing_batch: PassingBatchTable;
  readonly delivery: DeliveryTable;
  readonly delivery_attempt: DeliveryAttemptTable;
  readonly sink: SinkTable;
  readonly webhook: WebhookTable;
  readonly webhook_queue: WebhookQueueTable;
  readonly webhook_delivery: WebhookDeliveryTable;
  readonly webhook_attempt: WebhookAttemptTable;
  readonly idempotency_key: IdempotencyKeyTable;
  readonly audit_record: AuditRecordTable;
  readonly audit_head: AuditHeadTable;
  readonly audit_segment: AuditSegmentTable;
  readonly counter: CounterTable;
  readonly shared_bucket: SharedBucketTable;
  readonly notification_owner: NotificationOwnerTable;
  readonly notification_channel: NotificationChannelTable;
  readonly data_key: DataKeyTable;
  readonly console_session: ConsoleSessionTable;
  readonly statistic: StatisticTable;
}
