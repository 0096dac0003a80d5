import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Backlog } from '../../sync/ports/outbox.store';
import {
  SESSION_SELECTIONS,
  type SessionSelection,
  type Webhook,
  WEBHOOK_STATUS_REASONS,
  WEBHOOK_STATUSES,
  type WebhookStatusReason,
  type WebhookStatus,
} from '../domain/webhook';

/** A receiver of events. */
export class WebhookResponse {
  @ApiProperty({ type: String, format: 'uuid', example: '5b1c7c1e-2f5d-4d0c-9c0e-6f1d1f6f9f11' })
  readonly id: string;

  @ApiProperty({ type: String, example: 'https://billing.example/webhooks/guest-sessions' })
  readonly url: string;

  @ApiProperty({ type: String, example: 'Order chat of the shop' })
  readonly description: string;

  @ApiProperty({ type: [String], example: ['session.*', 'message.received'] })
  readonly types: readonly string[];

  @ApiProperty({ enum: SESSION_SELECTIONS })
  readonly sessions: SessionSelection;

  /** The caller that registered it; another one only where the caller has the scope `sessions.any`. */
  @ApiProperty({ type: String, example: 'billing' })
  readonly owner: string;

  /**
   * `unverified` until its receiver has accepted a test event; `active`; `paused`, which keeps events; `disabled` after
   * five days in which it accepted nothing.
   */
  @ApiProperty({ enum: WEBHOOK_STATUSES })
  readonly status: WebhookStatus;

  /** Why it is paused or disabled. */
  @ApiPropertyOptional({ enum: WEBHOOK_STATUS_REASONS })
  readonly statusReason?: WebhookStatusReason;

  @ApiProperty({ type: String, format: 'date-time', example: '2027-01-15T08:00:00.000Z' })
  readonly createdAt: string;

  @ApiProperty({ type: String, format: 'date-time', example: '2027-01-15T08:00:00.000Z' })
  readonly updatedAt: string;

  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2027-01-15T08:00:00.000Z' })
  readonly verifiedAt?: string;

  /** The first failure since the last accepted delivery. */
  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2027-01-15T08:00:00.000Z' })
  readonly failingSince?: string;

  /** The end of the pause that the receiver asked for; may be in the past. */
  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2027-01-15T08:00:00.000Z' })
  readonly retryAfter?: string;

  constructor(webhook: Webhook) {
    this.id = webhook.id;
    this.url = webhook.url;
    this.description = webhook.description;
    this.types = webhook.types;
    this.sessions = webhook.sessions;
    this.owner = webhook.owner;
    this.status = webhook.status;
    if (webhook.statusReason !== undefined) this.statusReason = webhook.statusReason;
    this.createdAt = timeOf(webhook.createdAt);
    this.updatedAt = timeOf(webhook.updatedAt);
    if (webhook.verifiedAt !== undefined) this.verifiedAt = timeOf(webhook.verifiedAt);
    if (webhook.failingSince !== undefined) this.failingSince = timeOf(webhook.failingSince);
    if (webhook.retryAfter !== undefined) this.retryAfter = timeOf(webhook.retryAfter);
  }
}

/** A webhook with the events that wait for it. */
export class WebhookOverviewResponse extends WebhookResponse {
  @ApiProperty({ type: 'integer', example: 3 })
  readonly pending: number;

  /** Since when the oldest pending event waits. */
  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2027-01-15T08:00:00.000Z' })
  readonly oldestAt?: string;

  /** Conversations with a refused next event, which is retried. */
  @ApiProperty({ type: 'integer', example: 1 })
  readonly blockedConversations: number;

  /** Events that were given up and are still kept. */
  @ApiProperty({ type: 'integer', example: 0 })
  readonly dead: number;

  constructor(webhook: Webhook, { pending, oldestAt, blockedConversations, dead }: Backlog) {
    super(webhook);
    this.pending = pending;
    if (oldestAt !== undefined) this.oldestAt = timeOf(oldestAt);
    this.blockedConversations = blockedConversations;
    this.dead = dead;
  }
}

/** A webhook with the secret that was just generated, which is never shown again. */
export class WebhookWithSecretResponse extends WebhookResponse {
  /** Key of the signatures of Standard Webhooks: `whsec_` and base64. */
  @ApiProperty({ type: String, example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' })
  readonly secret: string;

  constructor({ webhook, secret }: { readonly webhook: Webhook; readonly secret: string }) {
    super(webhook);
    this.secret = secret;
  }
}

/** A page of webhooks, the last created first. */
export class WebhookListResponse {
  @ApiProperty({ type: [WebhookResponse] })
  readonly items: readonly WebhookResponse[];

  /** Cursor of the next page; null on the last one. */
  @ApiProperty({ type: String, nullable: true, example: null })
  readonly nextCursor: string | null;

  constructor(webhooks: readonly Webhook[], nextCursor: string | null) {
    this.items = webhooks.map((webhook) => new WebhookResponse(webhook));
    this.nextCursor = nextCursor;
  }
}

export function timeOf(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
