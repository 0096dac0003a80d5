import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { PageQueryDto } from '../../common/pagination/page-query.dto';
import { MayBeAbsent } from '../../common/validation/text.decorator';
import { SESSION_STATES, type SessionState } from '../domain/session-state';

/** Filter and page of the session list. */
export class ListSessionsDto extends PageQueryDto {
  /** Only sessions in this state. */
  @ApiPropertyOptional({ enum: SESSION_STATES })
  @MayBeAbsent()
  @IsIn(SESSION_STATES, { message: `must be one of: ${SESSION_STATES.join(', ')}` })
  state?: SessionState;
}
