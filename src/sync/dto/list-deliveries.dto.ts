import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsUUID, Matches } from 'class-validator';
import { PageQueryDto } from '../../common/pagination/page-query.dto';
import { MayBeAbsent } from '../../common/validation/text.decorator';
import type { DeliveryStatus } from '../domain/delivery';
import { SINK_NAME } from '../domain/sink-name';
import { DELIVERY_STATUSES } from './delivery.response';

/** Which deliveries a page shows. */
export class ListDeliveriesDto extends PageQueryDto {
  /** Only events of this conversation. */
  @ApiPropertyOptional({ type: String, format: 'uuid', example: '0b6f3c1e-5d1a-4c39-9d58-0f4b8f6c2a11' })
  @MayBeAbsent()
  @IsUUID(undefined, { message: 'must be the id of a conversation' })
  conversationId?: string;

  /** Only deliveries in this status. */
  @ApiPropertyOptional({ enum: DELIVERY_STATUSES })
  @MayBeAbsent()
  @IsIn(DELIVERY_STATUSES, { message: `must be one of: ${DELIVERY_STATUSES.join(', ')}` })
  status?: DeliveryStatus;

  /** Only deliveries to this sink. */
  @ApiPropertyOptional({ type: String, example: 'crm' })
  @MayBeAbsent()
  @Matches(SINK_NAME, { message: 'must be the name of a sink' })
  sink?: string;
}
