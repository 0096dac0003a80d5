import type { MessageAttachment } from '../../../session/domain/conversation-message';
import type { MessageChoice } from '../../../session/domain/message-choice';
import type { StructuredContent } from '../../../session/domain/structured-content';
import { choiceOf } from './choice';
import {
  type Fields,
  fieldsIn,
  flagIn,
  idIn,
  omitUndefined,
  objectsIn,
  textIn,
  textMapIn,
  timeIn,
  wholeNumberIn,
} from '../../fields';
import { structuredContentOf } from './structured-content';
import { type RichEvent, richEventOf } from './offers-and-reactions';

/** Duration of typing in an event that states none. */
const TYPING_MS = 5_000;

export type Direction = 'Inbound' | 'Outbound';

export const PRESENCE_TYPES = [
  'Authenticate',
  'AuthenticateCancel',
  'AuthenticateFailure',
  'Clear',
  'Disconnect',
  'Join',
  'SessionExpired',
  'SignIn',
] as const;

export type PresenceType = (typeof PRESENCE_TYPES)[number];

export type MessageEvent =
  | { readonly kind: 'typing'; readonly isOn: boolean; readonly durationMs?: number }
  | { readonly kind: 'presence'; readonly presence: PresenceType }
  | RichEvent
  | { readonly kind: 'other'; readonly eventType: string };

export type MessageContent =
  | { readonly kind: 'attachment'; readonly attachment: MessageAttachment }
  | { readonly kind: 'quick-reply'; readonly choice: MessageChoice }
  | { readonly kind: 'button-response'; readonly choice: MessageChoice }
  | { readonly kind: 'structured'; readonly content: StructuredContent }
  /** Unreadable content, unchanged. */
  | { readonly kind: 'other'; readonly contentType: string; readonly value: Fields };

export interface Sender {
  readonly nickname?: string;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly image?: string;
}

/** A message or an event of a conversation, from the socket or from the history. */
export interface GuestMessage {
  /** Absent on some events. */
  readonly id?: string;
  readonly type: 'Text' | 'Structured' | 'Event' | 'Other';
  /** `Inbound` for messages of the guest. */
  readonly direction: Direction;
  readonly text?: string;
  /** `channel.time` in epoch milliseconds, by which messages are ordered. */
  readonly at?: number;
  readonly originatingEntity?: 'Human' | 'Bot';
  readonly from?: Sender;
  readonly content: readonly MessageContent[];
  readonly events: readonly MessageEvent[];
  readonly metadata: Readonly<Record<string, string>>;
  /** The conversation takes no more messages. */
  readonly isReadOnly: boolean;
}

export function guestMessageOf(body: Fields): GuestMessage {
  const channel = fieldsIn(body, 'channel');
  const metadata = textMapIn(body, 'metadata');
  const entity = textIn(body, 'originatingEntity');
  return {
    ...omitUndefined({ id: idIn(body, 'id'), text: textIn(body, 'text'), at: timeIn(channel, 'time') }),
    type: typeOf(textIn(body, 'type')),
    direction: textIn(body, 'direction') === 'Inbound' ? 'Inbound' : 'Outbound',
    ...(entity === 'Human' || entity === 'Bot' ? { originatingEntity: entity } : {}),
    ...senderOf(fieldsIn(channel, 'from')),
    content: objectsIn(body, 'content').map(contentOf),
    events: objectsIn(body, 'events').map(eventOf),
    metadata,
    isReadOnly: metadata['readOnly'] === 'true' || flagIn(fieldsIn(body, 'metadata'), 'readOnly'),
  };
}

function typeOf(type: string | undefined): GuestMessage['type'] {
  return type === 'Text' || type === 'Structured' || type === 'Event' ? type : 'Other';
}

/** The sender; absent for a bot, whose `from` is empty. */
function senderOf(from: Fields): { readonly from?: Sender } {
  const sender = omitUndefined({
    nickname: textIn(from, 'nickname'),
    firstName: textIn(from, 'firstName'),
    lastName: textIn(from, 'lastName'),
    image: textIn(from, 'image'),
  });
  return Object.keys(sender).length === 0 ? {} : { from: sender };
}

function eventOf(event: Fields): MessageEvent {
  const eventType = textIn(event, 'eventType') ?? '';
  if (eventType === 'Typing') {
    const typing = fieldsIn(event, 'typing');
    const isOn = textIn(typing, 'type') !== 'Off';
    // The web client reads it in the same way: `duration || durationMs || 5000`.
    const stated = [wholeNumberIn(typing, 'duration'), wholeNumberIn(typing, 'durationMs')];
    const durationMs = stated.find((ms) => ms !== undefined && ms > 0) ?? TYPING_MS;
    return { kind: 'typing', isOn, ...(isOn ? { durationMs } : {}) };
  }
  const rich = richEventOf(eventType, event);
  if (rich !== undefined) return rich;
  const type = textIn(fieldsIn(event, 'presence'), 'type');
  const presence = PRESENCE_TYPES.find((name) => eventType === 'Presence' && name === type);
  return presence === undefined ? { kind: 'other', eventType } : { kind: 'presence', presence };
}

function contentOf(content: Fields): MessageContent {
  const contentType = textIn(content, 'contentType') ?? '';
  if (contentType === 'Attachment') {
    const attachment = attachmentOf(fieldsIn(content, 'attachment'));
    if (attachment !== undefined) return { kind: 'attachment', attachment };
  }
  if (contentType === 'QuickReply')
    return { kind: 'quick-reply', choice: choiceOf(fieldsIn(content, 'quickReply')) };
  if (contentType === 'ButtonResponse')
    return { kind: 'button-response', choice: choiceOf(fieldsIn(content, 'buttonResponse')) };
  const structured = structuredContentOf(contentType, content);
  if (structured !== undefined) return { kind: 'structured', content: structured };
  return { kind: 'other', contentType, value: content };
}

function attachmentOf(fields: Fields): MessageAttachment | undefined {
  const id = textIn(fields, 'id');
  if (id === undefined) return undefined;
  return {
    id,
    ...omitUndefined({
      filename: textIn(fields, 'filename'),
      mediaType: textIn(fields, 'mediaType'),
      mime: textIn(fields, 'mime'),
      // The schema and the wire use different names.
      sizeBytes: wholeNumberIn(fields, 'fileSize') ?? wholeNumberIn(fields, 'contentSizeBytes'),
      url: textIn(fields, 'url'),
      sha256: textIn(fields, 'sha256'),
      text: textIn(fields, 'text'),
    }),
  };
}

/** The reference that the metadata of a message hold. */
export function referenceOf({ metadata }: GuestMessage): string | undefined {
  return metadata['id'];
}

/** The message as if it had come back with its metadata. Only messages of the guest have a reference; events have none. */
export function withReference(message: GuestMessage, reference: string): GuestMessage {
  const isOwn = message.direction === 'Inbound' && message.type !== 'Event';
  if (!isOwn || referenceOf(message) !== undefined) return message;
  return { ...message, metadata: { ...message.metadata, id: reference } };
}
