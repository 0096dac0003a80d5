import { ApiProperty } from '@nestjs/swagger';
import { IsNotEmpty, IsString, Matches } from 'class-validator';
import { BoundedList } from '../../common/validation/list.decorator';
import { MaxBytes } from '../../common/validation/text.decorator';
import type { FormAnswer, FormReply } from '../../session/ports/guest-messaging';

const MAX_TEXT_BYTES = 4096;
const MAX_ANSWERS = 100;
const ID = /^[\x21-\x7e]{1,128}$/;

/**
 * The value of a component: the text of an input, a day, or the title and the id of an item. A list picker has one
 * for each chosen item; a list picker or a wheel picker without a choice has one with empty strings.
 */
export class FormAnswerDto implements FormAnswer {
  /** Id of the component. */
  @ApiProperty({ type: String, maxLength: MAX_TEXT_BYTES, example: 'booking' })
  @IsString({ message: 'must be a string' })
  @IsNotEmpty({ message: 'must not be empty' })
  @MaxBytes(MAX_TEXT_BYTES)
  id!: string;

  /** The text that the guest reads. */
  @ApiProperty({ type: String, maxLength: MAX_TEXT_BYTES, example: 'ABC123' })
  @IsString({ message: 'must be a string' })
  @MaxBytes(MAX_TEXT_BYTES)
  text!: string;

  /** The id of an item, a day such as `2027-01-18T00:00:00.000Z`, or the entered text. */
  @ApiProperty({ type: String, maxLength: MAX_TEXT_BYTES, example: 'ABC123' })
  @IsString({ message: 'must be a string' })
  @MaxBytes(MAX_TEXT_BYTES)
  payload!: string;
}

/** The guest's answers to the form in the message `originatingMessageId`. */
export class FormReplyDto implements FormReply {
  /** Id from the form. */
  @ApiProperty({ type: String, maxLength: 128, example: '5f0c7a52-6b0e-4d0f-8c11-b8f0ac9b1f5e' })
  @Matches(ID, { message: 'must be the cannedResponseId of a form' })
  cannedResponseId!: string;

  /** One entry per answered component. */
  @ApiProperty({ type: [FormAnswerDto], maxItems: MAX_ANSWERS })
  @BoundedList(MAX_ANSWERS, () => FormAnswerDto)
  answers!: FormAnswerDto[];
}
