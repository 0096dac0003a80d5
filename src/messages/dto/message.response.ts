import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type {
  ConversationMessage,
  MessageAttachment,
  MessageChoice,
  MessageContent,
  MessageSender,
} from '../../session/domain/conversation-message';

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

  /** Leads to the file for a while. Whoever has it can read the file. */
  @ApiPropertyOptional({ type: String, example: 'https://downloads.example/8e03978e' })
  url?: string;
}

export class MessageChoiceResponse implements MessageChoice {
  @ApiPropertyOptional({ type: String, example: 'Yes' })
  text?: string;

  @ApiPropertyOptional({ type: String, example: 'yes' })
  payload?: string;

  @ApiPropertyOptional({ type: String, example: 'Message' })
  action?: string;

  @ApiPropertyOptional({ type: String, example: 'QuickReply' })
  type?: string;
}

/** What hangs on a message; its type says which other field is there. */
export class MessageContentResponse {
  @ApiProperty({ enum: ['attachment', 'quick-reply', 'button-response', 'other'] })
  type: MessageContent['type'] = 'other';

  @ApiPropertyOptional({ type: MessageAttachmentResponse })
  attachment?: MessageAttachmentResponse;

  @ApiPropertyOptional({ type: MessageChoiceResponse })
  choice?: MessageChoiceResponse;

  /** Genesys Cloud's name for what this service passes on as it is, such as `Card`. */
  @ApiPropertyOptional({ type: String, example: 'Card' })
  contentType?: string;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    example: { card: { title: 'Order 4711' } },
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

/** Something that one side of a conversation has said to the other. */
export class MessageResponse implements ConversationMessage {
  @ApiProperty({ type: String, example: '0a1b2c3d4e5f60718293a4b5c6d7e8f9' })
  id: string = '';

  /** The id under which this service sent it; absent on everything else. */
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

  /** Where the next page begins; null on the last one. */
  @ApiProperty({ type: String, nullable: true, example: null })
  nextCursor: string | null = null;
}
