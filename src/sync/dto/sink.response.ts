import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { PauseReason } from '../ports/sink.store';
import type { SinkCondition, SinkOverview } from '../sinks.queries';
import { timeOf } from './delivery.response';

/** A receiver of session events and its queue. */
export class SinkResponse {
  @ApiProperty({ type: String, example: 'crm' })
  readonly name: string;

  /**
   * `healthy`; `failing`: its receiver refuses all events and is probed with one at a time; `throttled`: its receiver
   * asked for a pause, until `retryAfter`; `paused`: its events are kept until it is resumed.
   */
  @ApiProperty({ enum: ['healthy', 'failing', 'throttled', 'paused'] })
  readonly condition: SinkCondition;

  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2027-01-15T08:00:00.000Z' })
  readonly pausedAt?: string;

  @ApiPropertyOptional({ enum: ['operator', 'receiver-gone'] })
  readonly pauseReason?: PauseReason;

  /** The end of the pause that the receiver asked for; may be in the past. */
  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2027-01-15T08:00:00.000Z' })
  readonly retryAfter?: string;

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

  constructor(sink: SinkOverview) {
    this.name = sink.name;
    this.condition = sink.condition;
    if (sink.paused !== undefined) {
      this.pausedAt = timeOf(sink.paused.at);
      this.pauseReason = sink.paused.reason;
    }
    if (sink.retryAfter !== undefined) this.retryAfter = timeOf(sink.retryAfter);
    this.pending = sink.pending;
    if (sink.oldestAt !== undefined) this.oldestAt = timeOf(sink.oldestAt);
    this.blockedConversations = sink.blockedConversations;
    this.dead = sink.dead;
  }
}

export class SinkListResponse {
  @ApiProperty({ type: [SinkResponse] })
  readonly items: readonly SinkResponse[];

  constructor(sinks: readonly SinkOverview[]) {
    this.items = sinks.map((sink) => new SinkResponse(sink));
  }
}
