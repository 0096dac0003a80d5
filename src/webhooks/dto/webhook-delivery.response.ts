import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Attempt, DeliveryStatus } from '../../sync/domain/delivery';
import type { WebhookDeliveryRecord } from '../ports/webhook-delivery.store';
import { timeOf } from './webhook.response';

export const WEBHOOK_DELIVERY_STATUSES: readonly DeliveryStatus[] = ['pending', 'delivered', 'dead'];

/** An event on its way to a webhook. Bodies are not shown. */
export class WebhookDeliveryResponse {
  /** The id of the event, which is the header `webhook-id`. */
  @ApiProperty({ type: String, format: 'uuid', example: '0b6f3c1e-5d1a-4c39-9d58-0f4b8f6c2a11' })
  readonly id: string;

  @ApiProperty({ type: String, example: 'session.connected' })
  readonly type: string;

  /** Absent for an event about a webhook. */
  @ApiPropertyOptional({ type: String, format: 'uuid', example: '0b6f3c1e-5d1a-4c39-9d58-0f4b8f6c2a11' })
  readonly conversationId?: string;

  /** Numbers the events of a conversation at this webhook from 1, without gaps. */
  @ApiProperty({ type: 'integer', example: 1 })
  readonly sequence: number;

  @ApiProperty({ enum: WEBHOOK_DELIVERY_STATUSES })
  readonly status: DeliveryStatus;

  /** Failed attempts since it was queued. */
  @ApiProperty({ type: 'integer', example: 0 })
  readonly failures: number;

  @ApiProperty({ type: String, format: 'date-time', example: '2027-01-15T08:00:00.000Z' })
  readonly occurredAt: string;

  /** When it was queued, or when its caller last asked for it again. */
  @ApiProperty({ type: String, format: 'date-time', example: '2027-01-15T08:00:00.000Z' })
  readonly queuedAt: string;

  /** The next attempt of its conversation; absent unless pending. */
  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2027-01-15T08:00:00.000Z' })
  readonly nextAttemptAt?: string;

  /** When it was accepted or given up. */
  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2027-01-15T08:00:00.000Z' })
  readonly settledAt?: string;

  @ApiPropertyOptional({ type: String, example: 'status 503' })
  readonly lastError?: string;

  constructor(delivery: WebhookDeliveryRecord) {
    this.id = delivery.eventId;
    this.type = delivery.type;
    if (delivery.conversationId !== undefined) this.conversationId = delivery.conversationId;
    this.sequence = delivery.sequence;
    this.status = delivery.status;
    this.failures = delivery.attempts;
    this.occurredAt = timeOf(delivery.occurredAt);
    this.queuedAt = timeOf(delivery.queuedAt);
    if (delivery.nextAttemptAt !== undefined) this.nextAttemptAt = timeOf(delivery.nextAttemptAt);
    if (delivery.settledAt !== undefined) this.settledAt = timeOf(delivery.settledAt);
    if (delivery.lastError !== undefined) this.lastError = delivery.lastError;
  }
}

/** One request to a webhook. */
export class WebhookAttemptResponse {
  @ApiProperty({ type: String, format: 'date-time', example: '2027-01-15T08:00:00.000Z' })
  readonly at: string;

  @ApiProperty({ enum: ['accepted', 'failed'] })
  readonly result: 'accepted' | 'failed';

  @ApiProperty({ type: 'integer', example: 42 })
  readonly latencyMs: number;

  /** Status with which the receiver refused the event. */
  @ApiPropertyOptional({ type: 'integer', example: 503 })
  readonly status?: number;

  @ApiPropertyOptional({ type: String, example: 'no answer in time' })
  readonly error?: string;

  constructor({ at, latencyMs, status, error }: Attempt) {
    this.at = timeOf(at);
    this.result = error === undefined ? 'accepted' : 'failed';
    this.latencyMs = Math.round(latencyMs);
    if (status !== undefined) this.status = status;
    if (error !== undefined) this.error = error;
  }
}

/** A delivery with everything that was tried, oldest first. */
export class WebhookDeliveryHistoryResponse extends WebhookDeliveryResponse {
  @ApiProperty({ type: [WebhookAttemptResponse] })
  readonly attempts: readonly WebhookAttemptResponse[];

  constructor(delivery: WebhookDeliveryRecord, attempts: readonly Attempt[]) {
    super(delivery);
    this.attempts = attempts.map((attempt) => new WebhookAttemptResponse(attempt));
  }
}

/** A page of deliveries, the last queued first. */
export class WebhookDeliveryListResponse {
  @ApiProperty({ type: [WebhookDeliveryResponse] })
  readonly items: readonly WebhookDeliveryResponse[];

  /** Cursor of the next page; null on the last one. */
  @ApiProperty({ type: String, nullable: true, example: null })
  readonly nextCursor: string | null;

  constructor(deliveries: readonly WebhookDeliveryRecord[], nextCursor: string | null) {
    this.items = deliveries.map((delivery) => new WebhookDeliveryResponse(delivery));
    this.nextCursor = nextCursor;
  }
}
