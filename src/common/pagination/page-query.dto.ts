import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { MayBeAbsent } from '../validation/text.decorator';

/** The requested page of a list. */
export class PageQueryDto {
  /** Items per page. */
  @ApiPropertyOptional({ type: 'integer', default: 50, minimum: 1, maximum: 200 })
  @Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value,
  )
  @IsInt({ message: 'must be a whole number' })
  @Min(1, { message: 'must be at least 1' })
  @Max(200, { message: 'must be at most 200' })
  limit: number = 50;

  /** `nextCursor` of the previous page, with the same filters. */
  @ApiPropertyOptional({ type: String })
  @MayBeAbsent()
  @IsString({ message: 'must be a string' })
  @MaxLength(512, { message: 'is too long for a cursor' })
  cursor?: string;
}
