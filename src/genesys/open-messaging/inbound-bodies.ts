import type { OpeningMessage } from '../../session/domain/opening-message';
import type { Conversation } from '../../session/ports/guest-channel';
import type { ButtonResponse } from '../../session/ports/guest-messaging';
import type { CompleteAttachment } from './linked-attachments';

type Body = Readonly<Record<string, unknown>>;

/** The sender of an inbound request, as Genesys Cloud identifies and shows the guest. */
interface Sender {
  readonly id: string;
  readonly idType: 'Opaque';
  readonly nickname: string;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly email?: string;
}

/** Time and id of an inbound message. A repetition has the same id, and has no further effect. */
export interface InboundMessageFacts {
  readonly messageId: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

export interface InboundMessage extends InboundMessageFacts {
  /** Absent only in a message with attachments. */
  readonly text?: string | undefined;
  readonly attachments?: readonly CompleteAttachment[];
  readonly customAttributes?: Readonly<Record<string, string>> | undefined;
}

/**
 * Body of `inbound/open/message`. Custom attributes become participant data only in `channel.metadata`; Genesys Cloud
 * refuses them at the top level. Names are sent with each message, as it takes them from there.
 */
export function messageBody(
  conversation: Conversation,
  guest: OpeningMessage,
  { messageId, at, text, attachments = [], customAttributes }: InboundMessage,
): Body {
  return {
    channel: {
      from: senderOf(conversation, guest),
      time: new Date(at).toISOString(),
      messageId,
      ...(customAttributes === undefined ? {} : { metadata: { customAttributes } }),
    },
    ...(text === undefined ? {} : { text }),
    ...(attachments.length === 0 ? {} : { content: attachments.map(contentOf) }),
  };
}

/** Body of `inbound/open/event`: the guest is typing. There is no other inbound event. */
export function typingBody(conversation: Conversation, guest: OpeningMessage, at: number): Body {
  return {
    channel: { from: senderOf(conversation, guest), time: new Date(at).toISOString() },
    events: [{ eventType: 'Typing' }],
  };
}

/** Body of `inbound/open/structured/response`: the guest's choice in an outbound message. */
export function choiceBody(
  conversation: Conversation,
  guest: OpeningMessage,
  { type, text, payload }: ButtonResponse,
  { messageId, at, originatingMessageId }: InboundMessageFacts & { readonly originatingMessageId: string },
): Body {
  return {
    channel: { from: senderOf(conversation, guest), time: new Date(at).toISOString(), messageId },
    buttonResponse: { type, text, payload },
    originatingMessageId,
  };
}

/** The reason of a receipt `Failed`; agents see that the message has not arrived. */
const NOT_DELIVERABLE = { code: 'GeneralError', message: 'The message cannot be stored.' };

/**
 * Body of `inbound/open/receipt`: the guest's side has an outbound message, or will never have it. `Read` is no status of this
 * resource.
 */
export function receiptBody(
  guestId: string,
  messageId: string,
  status: 'Delivered' | 'Failed',
  at: number,
): Body {
  return {
    id: messageId,
    channel: { to: { id: guestId, idType: 'Opaque' }, time: new Date(at).toISOString() },
    status,
    direction: 'Outbound',
    isFinalReceipt: true,
    ...(status === 'Failed' ? { reasons: [NOT_DELIVERABLE] } : {}),
  };
}

function contentOf(attachment: CompleteAttachment): Body {
  return { contentType: 'Attachment', attachment };
}

function senderOf({ name }: Conversation, { guestId, firstName, lastName, email }: OpeningMessage): Sender {
  return {
    id: guestId,
    idType: 'Opaque',
    nickname: name,
    ...(firstName === undefined ? {} : { firstName }),
    ...(lastName === undefined ? {} : { lastName }),
    ...(email === undefined ? {} : { email }),
  };
}
