import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { MayBeAbsent } from '../../common/validation/text.decorators';
import { SESSION_STATES, type SessionState } from '../domain/session-state';

/** Which sessions a page shows. */
export class ListSessionsDto {
  /** Only sessions in this state. */
  @ApiPropertyOptional({ enum: SESSION_STATES })
  @MayBeAbsent()
  @IsIn(SESSION_STATES, { message: `must be one of: ${SESSION_STATES.join(', ')}` })
  state?: SessionState;

  /** Sessions per page. */
  @ApiPropertyOptional({ type: 'integer', default: 50, minimum: 1, maximum: 200 })
  @Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value,
  )
  @IsInt({ message: 'must be a whole number' })
  @Min(1, { message: 'must be at least 1' })
  @Max(200, { message: 'must be at most 200' })
  limit: number = 50;

  /** `nextCursor` of the page before, with the same `state`. */
  @ApiPropertyOptional({ type: String })
  @MayBeAbsent()
  @IsString({ message: 'must be a text' })
  @MaxLength(256, { message: 'is too long for a cursor' })
  cursor?: string;
}
