import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type {
  ConversationMessage,
  MessageAttachment,
  MessageContent,
  MessageSender,
} from '../../session/domain/conversation-message';
import { FormContentResponse, FormResponseResponse } from './form.response';
import {
  CardResponse,
  CarouselResponse,
  DatePickerResponse,
  ListPickerResponse,
  MessageChoiceResponse,
  QuickReplyV2Response,
} from './structured-content.response';

const CONTENT_TYPES = [
  'attachment',
  'quick-reply',
  'button-response',
  'card',
  'carousel',
  'date-picker',
  'list-picker',
  'form',
  'form-response',
  'quick-reply-v2',
  'other',
] as const satisfies readonly MessageContent['type'][];

export class MessageAttachmentResponse implements MessageAttachment {
  @ApiProperty({ type: String, example: '8e03978e-40d5-43e8-bc93-6894a57f9324' })
  id: string = '';

  @ApiPropertyOptional({ type: String, example: 'order.pdf' })
  filename?: string;

  @ApiPropertyOptional({ type: String, example: 'File' })
  mediaType?: string;

  @ApiPropertyOptional({ type: String, example: 'application/pdf' })
  mime?: string;

  @ApiPropertyOptional({ type: 'integer', example: 24_242 })
  sizeBytes?: number;

  /** URL of the file, which can be read with the URL alone: the caller's own, or a temporary one of Genesys Cloud. */
  @ApiPropertyOptional({ type: String, example: 'https://downloads.example/8e03978e' })
  url?: string;

  /** Hexadecimal digest of the file. */
  @ApiPropertyOptional({
    type: String,
    example: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  })
  sha256?: string;

  /** Caption. */
  @ApiPropertyOptional({ type: String, example: 'A fjord' })
  text?: string;
}

/** Content of a message beside its text; its type determines which other property is present. */
export class MessageContentResponse {
  @ApiProperty({ enum: CONTENT_TYPES })
  type: MessageContent['type'] = 'other';

  @ApiPropertyOptional({ type: MessageAttachmentResponse })
  attachment?: MessageAttachmentResponse;

  @ApiPropertyOptional({ type: MessageChoiceResponse })
  choice?: MessageChoiceResponse;

  @ApiPropertyOptional({ type: CardResponse })
  card?: CardResponse;

  @ApiPropertyOptional({ type: CarouselResponse })
  carousel?: CarouselResponse;

  @ApiPropertyOptional({ type: DatePickerResponse })
  datePicker?: DatePickerResponse;

  @ApiPropertyOptional({ type: ListPickerResponse })
  listPicker?: ListPickerResponse;

  @ApiPropertyOptional({ type: FormContentResponse })
  form?: FormContentResponse;

  /** A form with the guest's answers. */
  @ApiPropertyOptional({ type: FormResponseResponse })
  formResponse?: FormResponseResponse;

  @ApiPropertyOptional({ type: QuickReplyV2Response })
  quickReplyV2?: QuickReplyV2Response;

  /** Genesys Cloud's name of the content, present for `other`. */
  @ApiPropertyOptional({ type: String, example: 'GenericTemplate' })
  contentType?: string;

  /** The content as Genesys Cloud sent it, present for `other`. */
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    example: { contentType: 'GenericTemplate', generic: { title: 'Order 4711' } },
  })
  value?: Readonly<Record<string, unknown>>;
}

export class MessageSenderResponse implements MessageSender {
  @ApiPropertyOptional({ type: String, example: 'Ada' })
  nickname?: string;

  @ApiPropertyOptional({ type: String, example: 'Ada' })
  firstName?: string;

  @ApiPropertyOptional({ type: String, example: 'Agent' })
  lastName?: string;

  @ApiPropertyOptional({ type: String, example: 'https://images.example/ada.png' })
  image?: string;
}

/** A message of one side of a conversation to the other. */
export class MessageResponse implements ConversationMessage {
  @ApiProperty({ type: String, example: '0a1b2c3d4e5f60718293a4b5c6d7e8f9' })
  id: string = '';

  /** The id under which this service sent it; absent for all other messages. */
  @ApiPropertyOptional({ type: String, example: '5f0c7a52-6b0e-5d0f-8c11-b8f0ac9b1f5e' })
  reference?: string;

  /** `inbound` comes from the guest. */
  @ApiProperty({ enum: ['inbound', 'outbound'] })
  direction: ConversationMessage['direction'] = 'inbound';

  @ApiProperty({ enum: ['text', 'structured'] })
  type: ConversationMessage['type'] = 'text';

  @ApiPropertyOptional({ type: String, example: 'Where is my order?' })
  text?: string;

  @ApiProperty({ type: [MessageContentResponse], example: [] })
  content: MessageContent[] = [];

  @ApiPropertyOptional({ type: MessageSenderResponse })
  from?: MessageSenderResponse;

  @ApiPropertyOptional({ enum: ['Human', 'Bot'] })
  originatingEntity?: 'Human' | 'Bot';

  @ApiProperty({ type: String, format: 'date-time', example: '2027-01-15T08:00:00.000Z' })
  sentAt: string = '';
}

/** A page of messages, the oldest first. */
export class MessageListResponse {
  @ApiProperty({ type: [MessageResponse] })
  items: readonly ConversationMessage[] = [];

  /** The cursor of the next page; null on the last one. */
  @ApiProperty({ type: String, nullable: true, example: null })
  nextCursor: string | null = null;
}
