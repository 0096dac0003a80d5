import { asFields, Fields, listOf, textOf } from '../web-messaging/guest-request';
import { OpenConversation } from './open-conversation';
import { IndexedOpenMessage, OpenConversationRegistry } from './open-conversation-registry';
import { OpenIntegration } from './open-integration';
import { messageIdOf, ReceivedMessage } from './open-message';
import { OpenMessagingSettings, ReceiptStatus } from './open-messaging-options';

interface AcceptedMessage {
  readonly message: Fields;
  readonly conversationId: string;
}

interface InboundMessage {
  readonly kind: ReceivedMessage['kind'];
  readonly body: Fields;
  /** The normalised message without its id and channel. */
  readonly normalized: Fields;
}

const TYPING_MS = 5_000;
const STATUS_OF = {
  Sent: 'sent',
  Delivered: 'delivery-success',
  Failed: 'delivery-failed',
  Published: 'published',
  Removed: 'removed',
} as const satisfies Record<ReceiptStatus, IndexedOpenMessage['status']>;

/**
 * The effects of valid inbound requests. A message whose `channel.messageId` the guest has already sent over the
 * integration has no second effect and returns the same message.
 */
export class InboundHandler {
  /** Number of receipts about messages that the platform did not send. */
  unknownReceipts = 0;

  constructor(
    private readonly conversations: OpenConversationRegistry,
    private readonly settings: OpenMessagingSettings,
    /** Called after each new message. */
    private readonly received: (conversation: OpenConversation, message: ReceivedMessage) => void,
  ) {}

  /** Continues, revives or starts the guest's conversation. */
  message(integration: OpenIntegration, body: Fields): AcceptedMessage {
    const { text, content, metadata } = body;
    const normalized = {
      type: 'Text',
      ...(text === undefined ? {} : { text }),
      ...(content === undefined ? {} : { content: listOf(content).map(typedContentOf) }),
      ...(metadata === undefined ? {} : { metadata }),
      direction: 'Inbound',
    };
    return this.take(integration, { kind: 'message', body, normalized });
  }

  /** Returns undefined when there is no conversation that the response could continue. */
  structuredResponse(integration: OpenIntegration, body: Fields): Fields | undefined {
    const guestId = guestIn(body);
    const now = this.settings.now();
    if (this.conversations.findCurrent(integration.id, guestId, now) === undefined) return undefined;
    const { buttonResponse, originatingMessageId } = body;
    const normalized = {
      type: 'Structured',
      text: asFields(buttonResponse)['text'],
      content: [{ contentType: 'ButtonResponse', buttonResponse }],
      originatingMessageId,
      direction: 'Inbound',
    };
    return this.take(integration, { kind: 'structured-response', body, normalized }).message;
  }

  /** Counts typing events; they start or revive a conversation as a message does. */
  event(integration: OpenIntegration, body: Fields): Fields {
    const events = listOf(body['events']);
    this.conversations.enter(integration.id, guestIn(body), this.settings.now()).typings += events.length;
    return {
      id: messageIdOf(),
      channel: channelOf(integration, body),
      type: 'Event',
      events: events.map(({ eventType }) => ({
        eventType,
        typing: { type: 'On', duration: TYPING_MS },
      })),
      direction: 'Inbound',
    };
  }

  /** Accepts a receipt about any message and counts those about unknown ones. */
  receipt(integration: OpenIntegration, body: Fields): Fields {
    const { status, isFinalReceipt, reasons = [] } = body;
    const id = String(body['id']);
    const receiptStatus = status as ReceiptStatus;
    const about = this.conversations.findMessage(id);
    if (about?.direction !== 'outbound') this.unknownReceipts += 1;
    else {
      about.status = STATUS_OF[receiptStatus];
      const at = this.settings.now();
      const isFinal = isFinalReceipt === true;
      about.conversation.keepReceipt({ id, status: receiptStatus, isFinal, reasons: listOf(reasons), at });
    }
    const { to, time } = asFields(body['channel']);
    const from = { id: integration.id, idType: 'Opaque', nickname: integration.name };
    const channel = { id: integration.id, platform: 'Open', type: 'Private', to, from, time, messageId: id };
    return { id, channel, type: 'Receipt', status, isFinalReceipt, reasons, direction: 'Outbound' };
  }

  private take(integration: OpenIntegration, inbound: InboundMessage): AcceptedMessage {
    const guestId = guestIn(inbound.body);
    const messageId = textOf(asFields(inbound.body['channel'])['messageId']);
    const earlier =
      messageId === undefined
        ? undefined
        : this.conversations.findRepeated(integration.id, guestId, messageId);
    if (earlier !== undefined) {
      earlier.conversation.posts += 1;
      earlier.conversation.repeats += 1;
      return { message: earlier.body, conversationId: earlier.conversation.id };
    }
    const at = this.settings.now();
    const conversation = this.conversations.enter(integration.id, guestId, at);
    conversation.posts += 1;
    describeCustomer(conversation, inbound.body);
    const id = messageIdOf();
    const message = { id, channel: channelOf(integration, inbound.body), ...inbound.normalized };
    this.conversations.addMessage(id, {
      conversation,
      direction: 'inbound',
      providerMessageId: messageId,
      at,
      body: message,
      status: 'received',
    });
    const arrived = receivedMessage(id, at, inbound);
    conversation.receive(arrived);
    this.received(conversation, arrived);
    return { message, conversationId: conversation.id };
  }
}

/** The normalised content names its type, which a request may lack. */
function typedContentOf(content: Fields): Fields {
  return { contentType: 'Attachment', ...content };
}

/** Names and custom attributes are sent again with each message; attributes are merged. */
function describeCustomer({ customer }: OpenConversation, body: Fields): void {
  const channel = asFields(body['channel']);
  const { nickname, firstName, lastName } = asFields(channel['from']);
  const fullName = [firstName, lastName].filter((part) => textOf(part) !== undefined).join(' ');
  customer.name = textOf(nickname) ?? textOf(fullName) ?? customer.name;
  const attributes = asFields(asFields(channel['metadata'])['customAttributes']);
  customer.attributes = { ...customer.attributes, ...attributes };
}

function receivedMessage(
  id: string,
  at: number,
  { kind, body, normalized }: InboundMessage,
): ReceivedMessage {
  const { from, time, messageId } = asFields(body['channel']);
  return {
    id,
    messageId: textOf(messageId),
    kind,
    text: textOf(normalized['text']),
    content: listOf(normalized['content']),
    time: String(time),
    at,
    from: asFields(from),
    metadata: asFields(body['metadata']),
  };
}

function channelOf(integration: OpenIntegration, body: Fields): Fields {
  const { from, time, messageId } = asFields(body['channel']);
  return {
    id: integration.id,
    platform: 'Open',
    type: 'Private',
    ...(messageId === undefined ? {} : { messageId }),
    to: { id: integration.id },
    from,
    time,
  };
}

function guestIn(body: Fields): string {
  return String(asFields(asFields(body['channel'])['from'])['id']);
}
