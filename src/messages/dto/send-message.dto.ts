import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsNotEmpty, IsString, Matches } from 'class-validator';
import { AreCustomAttributes } from '../../common/validation/are-custom-attributes.decorator';
import { BoundedList, UniqueEntries } from '../../common/validation/list.decorators';
import { MaxBytes, MayBeAbsent } from '../../common/validation/text.decorators';
import type { ButtonResponse } from '../../session/ports/guest-messaging';

/** What Genesys Cloud takes as the text of a guest's message, in bytes of UTF-8. */
const MAX_TEXT_BYTES = 4096;
const BUTTON_TYPES = ['Button', 'DatePicker', 'Form', 'ListPicker', 'QuickReply'] as const;
const MAX_CHOICES = 10;
const MAX_ATTACHMENTS = 10;
const ID = /^[\x21-\x7e]{1,128}$/;

/** A choice of the guest among buttons that a message offered. */
export class ButtonResponseDto implements ButtonResponse {
  /** What kind of button it was; `QuickReply` for a quick reply. */
  @ApiProperty({ enum: BUTTON_TYPES, example: 'QuickReply' })
  @IsIn(BUTTON_TYPES, { message: `must be one of: ${BUTTON_TYPES.join(', ')}` })
  type!: (typeof BUTTON_TYPES)[number];

  /** What the button says. */
  @ApiProperty({ type: String, maxLength: MAX_TEXT_BYTES, example: 'Yes' })
  @IsString({ message: 'must be a text' })
  @IsNotEmpty({ message: 'must not be empty' })
  @MaxBytes(MAX_TEXT_BYTES)
  text!: string;

  /** What the button stands for, as the message has it. */
  @ApiProperty({ type: String, maxLength: MAX_TEXT_BYTES, example: 'yes' })
  @IsString({ message: 'must be a text' })
  @MaxBytes(MAX_TEXT_BYTES)
  payload!: string;
}

/** What a guest says: a text, choices among buttons, uploaded files, or several of them. */
export class SendMessageDto {
  /** At most 4096 bytes in UTF-8. */
  @ApiPropertyOptional({ type: String, maxLength: MAX_TEXT_BYTES, example: 'Where is my order?' })
  @MayBeAbsent()
  @IsString({ message: 'must be a text' })
  @IsNotEmpty({ message: 'must not be empty' })
  @MaxBytes(MAX_TEXT_BYTES)
  text?: string;

  /** Told to the flow with the message: texts by name, all names and texts together at most 2048 bytes in UTF-8. */
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { orderNumber: '4711' },
  })
  @MayBeAbsent()
  @AreCustomAttributes()
  customAttributes?: Record<string, string>;

  /** Several where the question allows it. */
  @ApiPropertyOptional({ type: [ButtonResponseDto], maxItems: MAX_CHOICES })
  @MayBeAbsent()
  @BoundedList(MAX_CHOICES, () => ButtonResponseDto)
  buttonResponses?: ButtonResponseDto[];

  /** Ids of files that were uploaded for this session. */
  @ApiPropertyOptional({
    type: [String],
    uniqueItems: true,
    maxItems: MAX_ATTACHMENTS,
    example: ['8e03978e-40d5-43e8-bc93-6894a57f9324'],
  })
  @MayBeAbsent()
  @BoundedList(MAX_ATTACHMENTS)
  @UniqueEntries('must hold each file once')
  @Matches(ID, { each: true, message: 'must hold ids of attachments' })
  attachmentIds?: string[];

  /** The message that the choices answer, where they need to say so: those of a date picker do. */
  @ApiPropertyOptional({ type: String, example: '0a1b2c3d4e5f60718293a4b5c6d7e8f9' })
  @MayBeAbsent()
  @Matches(ID, { message: 'must be the id of a message' })
  originatingMessageId?: string;
}
