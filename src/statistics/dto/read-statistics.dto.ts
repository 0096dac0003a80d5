import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsDivisibleBy, IsInt, Max, Min } from 'class-validator';
import { IsTimestamp, MayBeAbsent } from '../../common/validation/text.decorator';
import type { RequestedSpan } from '../domain/statistics-span';

/** The requested span of time, and the length of a point. */
export class ReadStatisticsDto {
  /** The first minute; an hour before `to` when absent. */
  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2027-01-15T08:00:00.000Z' })
  @MayBeAbsent()
  @IsTimestamp()
  from?: string;

  /** The end; now when absent. At most the retention of the statistics after `from`. */
  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2027-01-15T09:00:00.000Z' })
  @MayBeAbsent()
  @IsTimestamp()
  to?: string;

  /**
   * Seconds of a point, a whole number of minutes; when absent a minute up to two hours, and otherwise the shortest
   * with at most 240 points.
   */
  @ApiPropertyOptional({ type: 'integer', minimum: 60, maximum: 86_400, multipleOf: 60, example: 60 })
  @MayBeAbsent()
  @Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value,
  )
  @IsInt({ message: 'must be a whole number' })
  @Min(60, { message: 'must be at least 60' })
  @Max(86_400, { message: 'must be at most 86400' })
  @IsDivisibleBy(60, { message: 'must be a multiple of 60' })
  step?: number;
}

/** The same in milliseconds. */
export function requestedSpanOf({ from, to, step }: ReadStatisticsDto): RequestedSpan {
  return {
    ...(from === undefined ? {} : { from: Date.parse(from) }),
    ...(to === undefined ? {} : { to: Date.parse(to) }),
    ...(step === undefined ? {} : { stepMs: step * 1_000 }),
  };
}
