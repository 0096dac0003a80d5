import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsUUID, Matches } from 'class-validator';
import { IsTimestamp, MayBeAbsent } from '../../common/validation/text.decorator';
import { SINK_NAME } from '../domain/sink-name';
import type { ReplaySelection } from '../ports/delivery-admin.store';

/** Which deliveries to repeat: of a conversation, of a span of time (`from` included, `to` not), or of both. */
export class ReplayDeliveriesDto {
  /** Only deliveries to this sink; to all of them when absent. */
  @ApiPropertyOptional({ type: String, example: 'crm' })
  @MayBeAbsent()
  @Matches(SINK_NAME, { message: 'must be the name of a sink' })
  sink?: string;

  @ApiPropertyOptional({ type: String, format: 'uuid', example: '0b6f3c1e-5d1a-4c39-9d58-0f4b8f6c2a11' })
  @MayBeAbsent()
  @IsUUID(undefined, { message: 'must be the id of a conversation' })
  conversationId?: string;

  /** Events that happened from this moment on. */
  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2027-01-15T08:00:00.000Z' })
  @MayBeAbsent()
  @IsTimestamp()
  from?: string;

  /** Events that happened before this moment. */
  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2027-01-15T08:00:00.000Z' })
  @MayBeAbsent()
  @IsTimestamp()
  to?: string;
}

export class ReplayResponse {
  /** Deliveries that were queued again, or that were waiting and are due now. */
  @ApiProperty({ type: 'integer', example: 12 })
  replayed: number = 0;
}

/** The same with times in epoch milliseconds. */
export function selectionOf({ sink, conversationId, from, to }: ReplayDeliveriesDto): ReplaySelection {
  return {
    ...(sink === undefined ? {} : { sink }),
    ...(conversationId === undefined ? {} : { conversationId }),
    ...(from === undefined ? {} : { from: Date.parse(from) }),
    ...(to === undefined ? {} : { to: Date.parse(to) }),
  };
}
