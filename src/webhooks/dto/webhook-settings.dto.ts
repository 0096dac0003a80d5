import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayNotEmpty, IsIn, IsString, MaxLength } from 'class-validator';
import { BoundedList, UniqueEntries } from '../../common/validation/list.decorator';
import { IsPlainText, MayBeAbsent } from '../../common/validation/text.decorator';
import { SESSION_SELECTIONS, type SessionSelection } from '../domain/webhook';
import { SUBSCRIBABLE_TYPES } from '../domain/webhook-event-type';

const MAX_URL_LENGTH = 2_048;
const MAX_DESCRIPTION_LENGTH = 256;

const URL_EXAMPLE = 'https://billing.example/webhooks/guest-sessions';

/** The properties of a webhook that may be chosen. */
class WebhookFieldsDto {
  /** The use of the webhook, for people. */
  @ApiPropertyOptional({ type: String, maxLength: MAX_DESCRIPTION_LENGTH, example: 'Order chat of the shop' })
  @MayBeAbsent()
  @IsString({ message: 'must be a string' })
  @IsPlainText()
  @MaxLength(MAX_DESCRIPTION_LENGTH, { message: `must be at most ${MAX_DESCRIPTION_LENGTH} characters` })
  description?: string;

  /** Event types, and families of them such as `session.*`. Types of messages need the scope `messages.read`. */
  @ApiPropertyOptional({
    type: [String],
    enum: SUBSCRIBABLE_TYPES,
    minItems: 1,
    example: ['session.*', 'message.received'],
  })
  @MayBeAbsent()
  @BoundedList(SUBSCRIBABLE_TYPES.length)
  @ArrayNotEmpty({ message: 'must not be empty' })
  @IsIn(SUBSCRIBABLE_TYPES, { each: true, message: `must be among: ${SUBSCRIBABLE_TYPES.join(', ')}` })
  @UniqueEntries('must not hold a type twice')
  types?: string[];

  /** `own`: the sessions of the caller; `all`: those of all callers, which needs the scope `sessions.any`. */
  @ApiPropertyOptional({ enum: SESSION_SELECTIONS })
  @MayBeAbsent()
  @IsIn(SESSION_SELECTIONS, { message: `must be one of: ${SESSION_SELECTIONS.join(', ')}` })
  sessions?: SessionSelection;
}

/** A webhook to register. */
export class CreateWebhookDto extends WebhookFieldsDto {
  /** The receiver: https, and a globally routable address. */
  @ApiProperty({ type: String, format: 'uri', maxLength: MAX_URL_LENGTH, example: URL_EXAMPLE })
  @IsString({ message: 'must be a string' })
  @MaxLength(MAX_URL_LENGTH, { message: `must be at most ${MAX_URL_LENGTH} characters` })
  url!: string;
}

/** The properties of a webhook to change; absent ones stay. */
export class UpdateWebhookDto extends WebhookFieldsDto {
  /** The receiver: https, and a globally routable address. Another one has to be verified by a test. */
  @ApiPropertyOptional({ type: String, format: 'uri', maxLength: MAX_URL_LENGTH, example: URL_EXAMPLE })
  @MayBeAbsent()
  @IsString({ message: 'must be a string' })
  @MaxLength(MAX_URL_LENGTH, { message: `must be at most ${MAX_URL_LENGTH} characters` })
  url?: string;
}
