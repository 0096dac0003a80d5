import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { eventTypeOf } from '../../session/domain/session-event';
import type { Attempt, DeliveryRecord, DeliveryStatus } from '../domain/delivery';
import { deliveryIdOf } from '../domain/delivery-id';

export const DELIVERY_STATUSES: readonly DeliveryStatus[] = ['pending', 'delivered', 'dead'];

export class DeliveredEventResponse {
  /** The same over every attempt and for every sink. */
  @ApiProperty({ type: String, format: 'uuid', example: '0b6f3c1e-5d1a-4c39-9d58-0f4b8f6c2a11' })
  readonly id: string;

  @ApiProperty({ type: String, example: 'session.connected' })
  readonly type: string;

  @ApiProperty({ type: String, format: 'uuid', example: '0b6f3c1e-5d1a-4c39-9d58-0f4b8f6c2a11' })
  readonly conversationId: string;

  /** Numbers the events of a conversation from 1, without gaps. */
  @ApiProperty({ type: 'integer', example: 1 })
  readonly sequence: number;

  @ApiProperty({ type: String, format: 'date-time', example: '2027-01-15T08:00:00.000Z' })
  readonly occurredAt: string;

  /** Why the session ended; absent where the event is of no end. */
  @ApiPropertyOptional({ type: String, example: 'expired' })
  readonly endReason?: string;

  /** The platform's own word for the end; absent where there is none. */
  @ApiPropertyOptional({ type: String, maxLength: 64, example: 'SessionExpiredEvent' })
  readonly endCause?: string;

  constructor({ event }: DeliveryRecord) {
    this.id = event.id;
    this.type = eventTypeOf(event.state);
    this.conversationId = event.conversationId;
    this.sequence = event.sequence;
    this.occurredAt = timeOf(event.occurredAt);
    const { endReason, endCause } = event.metadata;
    if (endReason !== undefined) this.endReason = String(endReason);
    if (endCause !== undefined) this.endCause = String(endCause);
  }
}

/** An event on its way to a sink. */
export class DeliveryResponse {
  @ApiProperty({ type: String, example: 'crm.0b6f3c1e-5d1a-4c39-9d58-0f4b8f6c2a11' })
  readonly id: string;

  @ApiProperty({ type: String, example: 'crm' })
  readonly sink: string;

  @ApiProperty({ enum: DELIVERY_STATUSES })
  readonly status: DeliveryStatus;

  /** Failed attempts since it was queued. */
  @ApiProperty({ type: 'integer', example: 0 })
  readonly failures: number;

  /** When its event happened, or when an operator last asked for it again. */
  @ApiProperty({ type: String, format: 'date-time', example: '2027-01-15T08:00:00.000Z' })
  readonly queuedAt: string;

  /** Not before this moment, and not before the events of its conversation that come first; absent unless pending. */
  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2027-01-15T08:00:00.000Z' })
  readonly nextAttemptAt?: string;

  /** When it was accepted or given up. */
  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2027-01-15T08:00:00.000Z' })
  readonly settledAt?: string;

  @ApiPropertyOptional({ type: String, example: 'status 503' })
  readonly lastError?: string;

  @ApiProperty({ type: DeliveredEventResponse })
  readonly event: DeliveredEventResponse;

  constructor(delivery: DeliveryRecord) {
    this.id = deliveryIdOf(delivery);
    this.sink = delivery.sink;
    this.status = delivery.status;
    this.failures = delivery.attempts;
    this.queuedAt = timeOf(delivery.queuedAt);
    if (delivery.status === 'pending') this.nextAttemptAt = timeOf(delivery.nextAttemptAt);
    if (delivery.settledAt !== undefined) this.settledAt = timeOf(delivery.settledAt);
    if (delivery.lastError !== undefined) this.lastError = delivery.lastError;
    this.event = new DeliveredEventResponse(delivery);
  }
}

/** One handing over of an event to its sink. Bodies are not kept. */
export class AttemptResponse {
  @ApiProperty({ type: String, format: 'date-time', example: '2027-01-15T08:00:00.000Z' })
  readonly at: string;

  @ApiProperty({ enum: ['accepted', 'failed'] })
  readonly result: 'accepted' | 'failed';

  @ApiProperty({ type: 'integer', example: 42 })
  readonly latencyMs: number;

  /** Status of an HTTP receiver that refused the event. */
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
export class DeliveryHistoryResponse extends DeliveryResponse {
  @ApiProperty({ type: [AttemptResponse] })
  readonly attempts: readonly AttemptResponse[];

  constructor(delivery: DeliveryRecord, attempts: readonly Attempt[]) {
    super(delivery);
    this.attempts = attempts.map((attempt) => new AttemptResponse(attempt));
  }
}

/** A page of deliveries, the last queued first. */
export class DeliveryListResponse {
  @ApiProperty({ type: [DeliveryResponse] })
  readonly items: readonly DeliveryResponse[];

  /** Cursor of the next page; null on the last one. */
  @ApiProperty({ type: String, nullable: true, example: null })
  readonly nextCursor: string | null;

  constructor(deliveries: readonly DeliveryRecord[], nextCursor: string | null) {
    this.items = deliveries.map((delivery) => new DeliveryResponse(delivery));
    this.nextCursor = nextCursor;
  }
}

export function timeOf(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
