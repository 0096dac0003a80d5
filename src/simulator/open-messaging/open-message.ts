import { randomUUID } from 'node:crypto';
import { Fields } from '../web-messaging/guest-request';
import { OpenIntegration } from './open-integration';
import { ReceiptStatus } from './open-messaging-options';

/** The JSON of an outbound webhook. */
export interface OutboundBody {
  readonly id: string;
  readonly type: string;
  readonly [field: string]: unknown;
}

/** A message of an agent or a bot. */
export interface OpenSaying {
  readonly text?: string;
  /** Content parts as in the contract: attachments, quick replies, cards and the like. */
  readonly content?: readonly unknown[];
  /** Default: 'Structured' with content other than attachments, else 'Text'. */
  readonly type?: 'Text' | 'Structured';
  /** Default: a human agent. */
  readonly by?: 'Human' | 'Bot';
  /** Shown in place of the integration's name. */
  readonly nickname?: string;
}

/** A message of the guest in the order of arrival. */
export interface ReceivedMessage {
  /** The platform's id. */
  readonly id: string;
  /** The caller's id: `channel.messageId`. */
  readonly messageId: string | undefined;
  readonly kind: 'message' | 'structured-response';
  readonly text: string | undefined;
  readonly content: readonly Fields[];
  /** The caller's time. */
  readonly time: string;
  /** Time of arrival, in epoch milliseconds. */
  readonly at: number;
  readonly from: Fields;
  readonly metadata: Fields;
}

/** A receipt of the guest's side about an outbound message. */
export interface ReceivedReceipt {
  /** The outbound message's id, which may be unknown. */
  readonly id: string;
  readonly status: ReceiptStatus;
  readonly isFinal: boolean;
  readonly reasons: readonly Fields[];
  readonly at: number;
}

interface Envelope {
  readonly integration: OpenIntegration;
  readonly guestId: string;
  readonly at: number;
  /** Named in the body if it is set. */
  readonly conversationId?: string | undefined;
}

const TYPING_MS = 5_000;

/** Makes an id as the platform does for messages: 32 hexadecimal digits. */
export function messageIdOf(): string {
  return randomUUID().replaceAll('-', '');
}

export function sayingBody(envelope: Envelope, saying: OpenSaying): OutboundBody {
  const { text, content, by = 'Human', nickname } = saying;
  const isStructured = content?.some((one) => contentTypeOf(one) !== 'Attachment') ?? false;
  return {
    ...headOf(envelope, messageIdOf(), nickname),
    type: saying.type ?? (isStructured ? 'Structured' : 'Text'),
    ...(text === undefined ? {} : { text }),
    ...(content === undefined ? {} : { content }),
    originatingEntity: by,
    direction: 'Outbound',
  };
}

export function typingBody(envelope: Envelope): OutboundBody {
  const events = [{ eventType: 'Typing', typing: { type: 'On', duration: TYPING_MS } }];
  return { ...headOf(envelope, messageIdOf()), type: 'Event', events, direction: 'Outbound' };
}

/** `id` and `channelId` are those that the receipt names. */
export function receiptBody(
  envelope: Envelope,
  { id, channelId }: { readonly id: string; readonly channelId: string },
  status: ReceiptStatus,
  reasons: readonly unknown[] = [],
): OutboundBody {
  const { channel, ...head } = headOf(envelope, id);
  const isFinalReceipt = status !== 'Sent' && status !== 'Published';
  return {
    ...head,
    channel: { ...channel, messageId: channelId },
    type: 'Receipt',
    status,
    isFinalReceipt,
    reasons,
    direction: 'Outbound',
  };
}

function headOf({ integration, guestId, at, conversationId }: Envelope, id: string, nickname?: string) {
  const channel = {
    id: integration.id,
    platform: 'Open',
    type: 'Private',
    to: { id: guestId },
    from: { nickname: nickname ?? integration.name, id: integration.id, idType: 'Opaque' },
    time: new Date(at).toISOString(),
    messageId: id,
  };
  return { id, channel, ...(conversationId === undefined ? {} : { conversationId }) };
}

function contentTypeOf(content: unknown): unknown {
  return typeof content === 'object' && content !== null && 'contentType' in content
    ? content.contentType
    : undefined;
}
