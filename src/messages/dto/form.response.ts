import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  type Form,
  FORM_COMPONENT_TYPES,
  type FormAnswer,
  type FormComponent,
  type FormInput,
  type FormIntroduction,
  type FormPage,
  type FormResponse,
  type WheelPicker,
  type WheelPickerItem,
} from '../../session/domain/structured-content';
import { DatePickerResponse, ListPickerResponse, PickerMessageResponse } from './structured-content.response';

export class WheelPickerItemResponse implements WheelPickerItem {
  /** The payload of the answer that chooses it. */
  @ApiProperty({ type: String, example: 'late' })
  id: string = '';

  @ApiPropertyOptional({ type: String, example: 'Delay' })
  title?: string;

  @ApiPropertyOptional({ type: String, example: 'delay' })
  value?: string;
}

/** A list of which one item may be chosen. */
export class WheelPickerResponse implements WheelPicker {
  @ApiPropertyOptional({ type: String, example: 'matter' })
  id?: string;

  @ApiProperty({ type: [WheelPickerItemResponse] })
  items: readonly WheelPickerItemResponse[] = [];
}

export class FormInputResponse implements FormInput {
  @ApiPropertyOptional({ type: String, example: 'booking' })
  id?: string;

  @ApiPropertyOptional({ type: String, example: 'Booking number' })
  title?: string;

  @ApiPropertyOptional({ type: String, example: 'On your ticket' })
  subtitle?: string;

  @ApiPropertyOptional({ type: String, example: 'ABC123' })
  placeholderText?: string;

  @ApiProperty({ type: Boolean, example: true })
  isRequired: boolean = false;

  @ApiProperty({ type: Boolean, example: false })
  isMultipleLine: boolean = false;

  @ApiPropertyOptional({ type: String, example: 'Default' })
  keyboardType?: string;

  @ApiPropertyOptional({ type: String, example: 'FlightNumber' })
  autoCompleteType?: string;
}

/** A field of a form; its type determines which other property is present. */
export class FormComponentResponse implements FormComponent {
  @ApiProperty({ enum: FORM_COMPONENT_TYPES })
  type: FormComponent['type'] = 'other';

  @ApiPropertyOptional({ type: FormInputResponse })
  input?: FormInputResponse;

  @ApiPropertyOptional({ type: DatePickerResponse })
  datePicker?: DatePickerResponse;

  @ApiPropertyOptional({ type: ListPickerResponse })
  listPicker?: ListPickerResponse;

  @ApiPropertyOptional({ type: WheelPickerResponse })
  wheelPicker?: WheelPickerResponse;

  /** An unknown component as Genesys Cloud sent it. */
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    example: { formComponentType: 'Slider', slider: { id: 'age' } },
  })
  value?: Readonly<Record<string, unknown>>;
}

export class FormPageResponse implements FormPage {
  @ApiPropertyOptional({ type: String, example: 'About you' })
  title?: string;

  @ApiPropertyOptional({ type: String, example: 'So that we find your booking' })
  subtitle?: string;

  @ApiProperty({ type: [FormComponentResponse] })
  pageComponents: readonly FormComponentResponse[] = [];
}

export class FormIntroductionResponse implements FormIntroduction {
  @ApiPropertyOptional({ type: String, example: 'Your complaint' })
  title?: string;

  @ApiPropertyOptional({ type: String, example: 'It takes a minute' })
  subtitle?: string;

  @ApiPropertyOptional({ type: String, example: 'https://images.example/norway.jpg' })
  imageUrl?: string;

  @ApiPropertyOptional({ type: String, example: 'Begin' })
  buttonText?: string;
}

/** A form, to be answered with a `formResponse`. */
export class FormContentResponse implements Form {
  /** Return this id with the answers. */
  @ApiProperty({ type: String, example: '5f0c7a52-6b0e-4d0f-8c11-b8f0ac9b1f5e' })
  cannedResponseId: string = '';

  @ApiPropertyOptional({ type: FormIntroductionResponse })
  introduction?: FormIntroductionResponse;

  @ApiProperty({ type: [FormPageResponse] })
  formPages: readonly FormPageResponse[] = [];

  /** True if the answers are shown before they are sent. */
  @ApiProperty({ type: Boolean, example: true })
  showSummary: boolean = false;

  @ApiPropertyOptional({ type: PickerMessageResponse })
  receivedMessage?: PickerMessageResponse;

  /** Its title is the text of the answer. */
  @ApiPropertyOptional({ type: PickerMessageResponse })
  replyMessage?: PickerMessageResponse;
}

export class FormAnswerResponse implements FormAnswer {
  /** Id of the component. */
  @ApiProperty({ type: String, example: 'booking' })
  id: string = '';

  @ApiPropertyOptional({ type: String, example: 'ABC123' })
  text?: string;

  @ApiPropertyOptional({ type: String, example: 'ABC123' })
  payload?: string;
}

/** A form with the guest's answers. */
export class FormResponseResponse implements FormResponse {
  /** The message with the form. */
  @ApiProperty({ type: String, example: '0a1b2c3d4e5f60718293a4b5c6d7e8f9' })
  originatingMessageId: string = '';

  @ApiPropertyOptional({ type: String, example: '5f0c7a52-6b0e-4d0f-8c11-b8f0ac9b1f5e' })
  cannedResponseId?: string;

  @ApiProperty({ type: [FormAnswerResponse] })
  answers: readonly FormAnswerResponse[] = [];
}
