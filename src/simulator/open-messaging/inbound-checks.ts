import { firstFalse, isFilled } from '../genesys/conversation-checks';
import { asFields, Fields, isFields, listOf } from '../web-messaging/guest-request';

type Refusal = ReturnType<typeof firstFalse>;

const MEDIA_TYPES = ['Image', 'Video', 'Audio', 'File', 'Link'];
const BUTTON_TYPES = ['Button', 'QuickReply', 'DatePicker', 'ListPicker'];
const RECEIPT_STATUSES = ['Sent', 'Delivered', 'Failed', 'Published', 'Removed'];

/** Checks of inbound bodies against the public schemas. Each returns the wrong fields, or undefined. */
export const INBOUND_CHECKS = {
  message(body: Fields): Refusal {
    const { content, metadata } = body;
    const channel = asFields(body['channel']);
    const contents = listOf(content);
    const isList = content === undefined || (Array.isArray(content) && contents.length === content.length);
    return firstFalse({
      ...senderChecks(channel),
      text: isOptionalText(body['text']) && (isFilled(body['text']) || contents.length > 0),
      content: isList && contents.every(isContent),
      metadata: metadata === undefined || isStringMap(metadata),
      'metadata.customAttributes': !isFields(metadata) || metadata['customAttributes'] === undefined,
      'channel.messageId': isOptionalText(channel['messageId']),
      'channel.metadata.customAttributes': areAttributes(channel),
    });
  },

  event(body: Fields): Refusal {
    const { events } = body;
    const all = listOf(events);
    const isList = Array.isArray(events) && events.length > 0 && events.length === all.length;
    return firstFalse({
      ...senderChecks(asFields(body['channel'])),
      events: isList && all.every(({ eventType }) => eventType === 'Typing'),
    });
  },

  receipt(body: Fields): Refusal {
    const channel = asFields(body['channel']);
    return firstFalse({
      id: isFilled(body['id']),
      'channel.to.id': isFilled(asFields(channel['to'])['id']),
      'channel.time': isTime(channel['time']),
      status: RECEIPT_STATUSES.includes(String(body['status'])),
      reasons: body['reasons'] === undefined || Array.isArray(body['reasons']),
    });
  },

  'structured/response'(body: Fields): Refusal {
    const channel = asFields(body['channel']);
    const { type, text, payload } = asFields(body['buttonResponse']);
    return firstFalse({
      ...senderChecks(channel),
      'buttonResponse.type': BUTTON_TYPES.includes(String(type)),
      'buttonResponse.text': isFilled(text),
      'buttonResponse.payload': isFilled(payload),
      originatingMessageId: isFilled(body['originatingMessageId']),
      'channel.messageId': isOptionalText(channel['messageId']),
      'channel.metadata.customAttributes': areAttributes(channel),
    });
  },
} satisfies Record<string, (body: Fields) => Refusal>;

export type InboundKind = keyof typeof INBOUND_CHECKS;

export function isInboundKind(text: string): text is InboundKind {
  return Object.hasOwn(INBOUND_CHECKS, text);
}

/** Type names of ids are accepted in any case, as the platform does in practice. */
function senderChecks(channel: Fields): Record<string, boolean> {
  const { id, idType } = asFields(channel['from']);
  return {
    'channel.from.id': isFilled(id),
    'channel.from.idType': typeof idType === 'string' && /^(email|phone|opaque)$/i.test(idType),
    'channel.time': isTime(channel['time']),
  };
}

/** The schema of the request has no type of the content, as only attachments are known; older clients send the type. */
function isContent({ contentType = 'Attachment', attachment }: Fields): boolean {
  if (contentType !== 'Attachment') return isFilled(contentType);
  const { mediaType, url, mime, ...rest } = asFields(attachment);
  const optional = [rest['id'], rest['filename'], rest['text'], rest['sha256']];
  return (
    MEDIA_TYPES.includes(String(mediaType)) && isUrl(url) && isFilled(mime) && optional.every(isOptionalText)
  );
}

function isUrl(value: unknown): boolean {
  return typeof value === 'string' && URL.canParse(value);
}

function areAttributes(channel: Fields): boolean {
  const attributes = asFields(channel['metadata'])['customAttributes'];
  return attributes === undefined || isStringMap(attributes);
}

function isStringMap(value: unknown): boolean {
  return isFields(value) && Object.values(value).every((one) => typeof one === 'string');
}

function isOptionalText(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}

function isTime(value: unknown): boolean {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value));
}
