import type { Generated } from 'kysely';
import type { AuditAction, AuditActor, AuditOutcome, AuditTarget } from '../../audit/domain/audit-record';
import type { FeedEvent } from '../../events/domain/feed-event';
import type { IdempotentRequest } from '../../session/domain/idempotent-request';
import type { EventState } from '../../session/domain/session-event';
import type { DeliveryStatus } from '../../sync/domain/delivery';
import type { PauseReason } from '../../sync/ports/sink.store';
import type { DisconnectStatus, EndReason, SessionState } from '../../session/domain/session-state';

// Times are epoch milliseconds, JSON is text and a yes or no is 1 or 0, so that both databases read alike.

export interface SessionTable {
  readonly conversation_id: string;
  /** Sealed; empty when the guest was erased. */
  readonly guest_token: string;
  /** `guestRefOf` the token, which stays. */
  readonly guest_ref: string;
  readonly owner: string;
  readonly channel: string;
  readonly oauth_client: string;
  readonly queue_id: string;
  /** Sealed; empty when the guest was erased. */
  readonly name: string;
  readonly locale: string;
  /** JSON list of strings. */
  readonly capabilities: string;
  readonly duration_limit: number;
  readonly discloses_guest_token: number;
  readonly created_at: number;
  readonly state: SessionState;
  readonly end_reason: EndReason | null;
  /** The platform's own word for the end; null where there is none. */
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
  /** When the upstream lets the session expire, as far as it has said so. */
  readonly upstream_expires_at: number | null;
  /** Sealed; null for a guest that has not logged in, empty when nobody needs them any more. */
  readonly guest_credentials: string | null;
  /** Sealed; null where there is none, and once the guest is erased or the session over. */
  readonly guest_context: string | null;
  /** Genesys' own id of the conversation; null until it is known. */
  readonly genesys_conversation_id: string | null;
  /** The replica that holds the session; empty when none does. */
  readonly holder: string;
}

export interface ReplicaTable {
  readonly id: string;
  readonly address: string;
  /** Proves the address; empty in rows of an earlier release. */
  readonly address_seal: Generated<string>;
  readonly lease_until: number;
  /** Others have noticed that the lease has run out: it cannot be renewed any more. */
  readonly is_lost: number;
  /** It is about to stop. */
  readonly is_leaving: Generated<number>;
}

/** What has happened in conversations; see `EventFeed` and `MessageStore`. */
export interface ConversationEventTable {
  readonly written: Generated<number>;
  /** The place in the feed; null until it is certain that no row will come before this one. */
  readonly position: number | null;
  readonly id: string;
  readonly conversation_id: string;
  /** Of the session. */
  readonly owner: string;
  readonly kind: FeedEvent['kind'];
  /** The upstream's id; null for everything but messages. */
  readonly message_id: string | null;
  /** What this service has sent the message under. */
  readonly reference: string | null;
  readonly fingerprint: string | null;
  readonly at: number;
  /** A JSON object; sealed when it is a message. */
  readonly body: string;
}

/** Batches of ephemeral events between replicas; see `EphemeralEventBus`. */
export interface PassingBatchTable {
  readonly id: string;
  /** The life of a process, and which of its batches it is. */
  readonly source: string;
  readonly number: number;
  /** By the clock of the database. */
  readonly at: number;
  /** A JSON list, sealed. */
  readonly body: string;
}

export interface SessionEventTable {
  readonly id: string;
  readonly conversation_id: string;
  readonly sequence: number;
  readonly state: EventState;
  readonly occurred_at: number;
  /** JSON object; sealed when it holds the guest's token. */
  readonly metadata: string;
}

export interface DeliveryTable {
  readonly event_id: string;
  readonly sink: string;
  readonly conversation_id: string;
  readonly sequence: number;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  /** When its event happened, or when it was asked for again: what the age of the backlog is measured by. */
  readonly queued_at: number;
  readonly next_attempt_at: number;
  /** When it was delivered or buried. */
  readonly settled_at: number | null;
  readonly last_error: string | null;
  /** The relay that has it in hand, and until when. */
  readonly claimed_by: string | null;
  readonly claimed_until: number | null;
}

export interface DeliveryAttemptTable {
  readonly id: Generated<number>;
  readonly event_id: string;
  readonly sink: string;
  /** When it was over. */
  readonly at: number;
  readonly latency_ms: number;
  /** What an HTTP receiver answered with. */
  readonly status: number | null;
  /** Null when the event was accepted. */
  readonly error: string | null;
}

export interface SinkTable {
  readonly name: string;
  readonly paused_at: number | null;
  readonly pause_reason: PauseReason | null;
  readonly quiet_until: number | null;
  /** The receiver counts as failing until then. */
  readonly failing_until: Generated<number | null>;
}

export interface IdempotencyKeyTable {
  readonly owner: string;
  readonly operation: IdempotentRequest['operation'];
  readonly key_hash: string;
  readonly fingerprint: string;
  readonly conversation_id: string;
  /** The process that carries the opening out; null once there is an answer, or when that process is gone. */
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

/** The last record of each chain, which is what the next one is chained to. */
export interface AuditHeadTable {
  readonly chain: number;
  readonly seq: number;
  readonly hash: string;
}

/** Records of a chain that retention drops together. What is left of them is the hash of the last one. */
export interface AuditSegmentTable {
  readonly chain: number;
  readonly first_seq: number;
  readonly last_seq: number;
  readonly last_hash: string;
  /** When the youngest record was written. */
  readonly last_at: number;
  readonly dropped_at: number | null;
}

export interface CounterTable {
  readonly name: string;
  readonly value: number;
}

/** What all replicas together may still do; see `sql-shared-token-bucket.store.ts`. */
export interface SharedBucketTable {
  readonly name: string;
  readonly tokens: number;
  /** As the last take knew it. */
  readonly capacity: number;
  /** What the last take was granted. */
  readonly granted: number;
  readonly filled_at: number;
  readonly closed_until: number;
}

/** The keys that stored texts may be encrypted with; see `data-key-proofs.ts`. */
export interface DataKeyTable {
  /** Empty for texts that stand in clear. */
  readonly id: string;
  readonly proof: string;
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
  readonly idempotency_key: IdempotencyKeyTable;
  readonly audit_record: AuditRecordTable;
  readonly audit_head: AuditHeadTable;
  readonly audit_segment: AuditSegmentTable;
  readonly counter: CounterTable;
  readonly shared_bucket: SharedBucketTable;
  readonly data_key: DataKeyTable;
}
