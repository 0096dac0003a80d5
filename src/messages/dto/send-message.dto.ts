import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsNotEmpty, IsString, Matches, ValidateNested } from 'class-validator';
import { AreCustomAttributes } from '../../common/validation/are-custom-attributes.decorator';
import { BoundedList, UniqueEntries } from '../../common/validation/list.decorator';
import { MaxBytes, MayBeAbsent } from '../../common/validation/text.decorator';
import type { ButtonResponse } from '../../session/ports/guest-messaging';
import { FormReplyDto } from './form-reply.dto';
import { LinkedAttachmentDto } from './linked-attachment.dto';

/** Limit of Genesys Cloud for the text of a guest's message, in bytes of UTF-8. */
const MAX_TEXT_BYTES = 4096;
const BUTTON_TYPES = ['Button', 'DatePicker', 'ListPicker', 'QuickReply'] as const;
/**
 * A form has its own property for answers; `Form` is documented for compatibility, and refused because it would not
 * be linked.
 */
const DESCRIBED_TYPES = ['Button', 'DatePicker', 'Form', 'ListPicker', 'QuickReply'];
const MAX_CHOICES = 10;
const MAX_ATTACHMENTS = 10;
/** Marks a property in the API description that only this channel accepts. */
const ON_OPEN_MESSAGING = { 'x-channel': 'open-messaging' } as const;
const ID = /^[\x21-\x7e]{1,128}$/;

/** A choice of the guest among the buttons of a message. */
export class ButtonResponseDto implements ButtonResponse {
  /** `QuickReply` for a quick reply, `Button` for a postback of a card. `Form` is refused: see `formResponse`. */
  @ApiProperty({ enum: DESCRIBED_TYPES, example: 'QuickReply' })
  @IsIn(BUTTON_TYPES, {
    message: `must be one of: ${BUTTON_TYPES.join(', ')}; a form is answered with formResponse`,
  })
  type!: (typeof BUTTON_TYPES)[number];

  /** The text of the button. */
  @ApiProperty({ type: String, maxLength: MAX_TEXT_BYTES, example: 'Yes' })
  @IsString({ message: 'must be a string' })
  @IsNotEmpty({ message: 'must not be empty' })
  @MaxBytes(MAX_TEXT_BYTES)
  text!: string;

  /**
   * The value from the message: the payload of a quick reply or a postback, the `dateTime` of a time, the `id` of an
   * item.
   */
  @ApiProperty({ type: String, maxLength: MAX_TEXT_BYTES, example: 'yes' })
  @IsString({ message: 'must be a string' })
  @MaxBytes(MAX_TEXT_BYTES)
  payload!: string;
}

/** A text, an answer to an offer, files, or several of them. */
export class SendMessageDto {
  /** At most 4096 bytes in UTF-8. */
  @ApiPropertyOptional({ type: String, maxLength: MAX_TEXT_BYTES, example: 'Where is my order?' })
  @MayBeAbsent()
  @IsString({ message: 'must be a string' })
  @IsNotEmpty({ message: 'must not be empty' })
  @MaxBytes(MAX_TEXT_BYTES)
  text?: string;

  /** Participant data for the flow: strings by name, all names and values together at most 2048 bytes in UTF-8. */
  @AreCustomAttributes()
  customAttributes?: Record<string, string>;

  /** All of one type; several if the question allows it. */
  @ApiPropertyOptional({ type: [ButtonResponseDto], maxItems: MAX_CHOICES })
  @MayBeAbsent()
  @BoundedList(MAX_CHOICES, () => ButtonResponseDto)
  buttonResponses?: ButtonResponseDto[];

  /** Answers a form. */
  @ApiPropertyOptional({ type: FormReplyDto })
  @MayBeAbsent()
  @ValidateNested({ message: 'must be an object' })
  @Type(() => FormReplyDto)
  formResponse?: FormReplyDto;

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

  /** Files behind URLs. Only for channels that support it. */
  @ApiPropertyOptional({
    type: [LinkedAttachmentDto],
    maxItems: MAX_ATTACHMENTS,
    ...ON_OPEN_MESSAGING,
  })
  @MayBeAbsent()
  @BoundedList(MAX_ATTACHMENTS, () => LinkedAttachmentDto)
  attachments?: LinkedAttachmentDto[];

  /** The message that this one answers: required for a date picker, a list picker and a form. */
  @ApiPropertyOptional({ type: String, example: '0a1b2c3d4e5f60718293a4b5c6d7e8f9' })
  @MayBeAbsent()
  @Matches(ID, { message: 'must be the id of a message' })
  originatingMessageId?: string;
}
