import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsUUID } from 'class-validator';
import { PageQueryDto } from '../../common/pagination/page-query.dto';
import { IsTimestamp, MayBeAbsent } from '../../common/validation/text.decorator';
import type { ReplayBounds } from '../../sync/domain/replay-bounds';
import { STATUS_FILTERS, type StatusFilter } from '../../sync/domain/status-filter';

const CONVERSATION = { type: String, format: 'uuid', example: '0b6f3c1e-5d1a-4c39-9d58-0f4b8f6c2a11' };
const MOMENT = { type: String, format: 'date-time', example: '2027-01-15T08:00:00.000Z' };

/** Which deliveries of a webhook a page shows. */
export class ListWebhookDeliveriesDto extends PageQueryDto {
  /** Only events of this conversation. */
  @ApiPropertyOptional(CONVERSATION)
  @MayBeAbsent()
  @IsUUID(undefined, { message: 'must be the id of a conversation' })
  conversationId?: string;

  /** Only deliveries in this status; `failing`: pending ones with failed attempts. */
  @ApiPropertyOptional({ enum: STATUS_FILTERS })
  @MayBeAbsent()
  @IsIn(STATUS_FILTERS, { message: `must be one of: ${STATUS_FILTERS.join(', ')}` })
  status?: StatusFilter;
}

/** Which deliveries to repeat: of a conversation, of a span of time (`from` included, `to` not), or of both. */
export class ReplayWebhookDto {
  @ApiPropertyOptional(CONVERSATION)
  @MayBeAbsent()
  @IsUUID(undefined, { message: 'must be the id of a conversation' })
  conversationId?: string;

  /** Events that happened from this moment on. */
  @ApiPropertyOptional(MOMENT)
  @MayBeAbsent()
  @IsTimestamp()
  from?: string;

  /** Events that happened before this moment. */
  @ApiPropertyOptional(MOMENT)
  @MayBeAbsent()
  @IsTimestamp()
  to?: string;
}

export class WebhookReplayResponse {
  /** Deliveries that were queued again, or that were waiting and are due now. */
  @ApiProperty({ type: 'integer', example: 12 })
  replayed: number = 0;
}

/** The same with times in epoch milliseconds. */
export function boundsOf({ conversationId, from, to }: ReplayWebhookDto): ReplayBounds {
  return {
    ...(conversationId === undefined ? {} : { conversationId }),
    ...(from === undefined ? {} : { from: Date.parse(from) }),
    ...(to === undefined ? {} : { to: Date.parse(to) }),
  };
}
