import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean } from 'class-validator';
import { MayBeAbsent } from '../../common/validation/text.decorator';
import type { CheckOptions } from '../checks';

const MESSAGE = 'must be true or false';

/** Which checks are made. */
export class ExamineDto {
  /** Contacts neither Genesys Cloud nor the CRM. */
  @ApiPropertyOptional({ type: Boolean, default: false, example: false })
  @MayBeAbsent()
  @IsBoolean({ message: MESSAGE })
  offline?: boolean;

  /** Also opens and closes a guest session over the WebSocket, without a message. */
  @ApiPropertyOptional({ type: Boolean, default: false, example: true })
  @MayBeAbsent()
  @IsBoolean({ message: MESSAGE })
  trySession?: boolean;
}

export function optionsOf({ offline = false, trySession = false }: ExamineDto): CheckOptions {
  return { isOffline: offline, triesSession: trySession };
}
