import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, Max, Min } from 'class-validator';
import { MayBeAbsent } from '../../common/validation/text.decorator';

const DAY = 86_400;
const MAX_OVERLAP = 7 * DAY;
const RANGE = `must be a whole number from 0 to ${MAX_OVERLAP}`;

/** The rotation of a secret. */
export class RotateSecretDto {
  /** Seconds for which the secret before it signs as well. */
  @ApiPropertyOptional({ type: 'integer', minimum: 0, maximum: MAX_OVERLAP, default: DAY, example: DAY })
  @MayBeAbsent()
  @IsInt({ message: RANGE })
  @Min(0, { message: RANGE })
  @Max(MAX_OVERLAP, { message: RANGE })
  overlapSeconds: number = DAY;
}
