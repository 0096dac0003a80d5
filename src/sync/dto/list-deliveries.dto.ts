import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsUUID, Matches } from 'class-validator';
import { PageQueryDto } from '../../common/pagination/page-query.dto';
import { MayBeAbsent } from '../../common/validation/text.decorator';
import { SINK_NAME } from '../domain/sink-name';
import { STATUS_FILTERS, type StatusFilter } from '../domain/status-filter';

/** Which deliveries a page shows. */
export class ListDeliveriesDto extends PageQueryDto {
  /** Only events of this conversation. */
  @ApiPropertyOptional({ type: String, format: 'uuid', example: '0b6f3c1e-5d1a-4c39-9d58-0f4b8f6c2a11' })
  @MayBeAbsent()
  @IsUUID(undefined, { message: 'must be the id of a conversation' })
  conversationId?: string;

  /** Only deliveries in this status; `failing`: pending ones with failed attempts. */
  @ApiPropertyOptional({ enum: STATUS_FILTERS })
  @MayBeAbsent()
  @IsIn(STATUS_FILTERS, { message: `must be one of: ${STATUS_FILTERS.join(', ')}` })
  status?: StatusFilter;

  /** Only deliveries to this sink. */
  @ApiPropertyOptional({ type: String, example: 'crm' })
  @MayBeAbsent()
  @Matches(SINK_NAME, { message: 'must be the name of a sink' })
  sink?: string;
}
