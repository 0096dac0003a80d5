import { parseShallowJson } from '../../../common/json/shallow-json';
import type { ConversationMessage } from '../../../session/domain/conversation-message';
import type { Typing } from '../../../session/ports/conversation-events';
import { conversationMessageOf } from '../../web-messaging/conversation/conversation-message';
import { type Fields, fieldsIn, idIn, isFields, objectsIn, textIn } from '../../fields';
import { guestMessageOf } from '../../web-messaging/frames/guest-message';
import { attachmentIdOf } from '../attachment-id';

/** The content of a webhook. A receipt is about a message of the guest. */
export type OutboundContent =
  | { readonly kind: 'message'; readonly message: ConversationMessage }
  | { readonly kind: 'typing'; readonly typing: Typing }
  | { readonly kind: 'receipt'; readonly status: string; readonly messageId: string | undefined }
  | { readonly kind: 'other'; readonly type: string };

/** A webhook of Open Messaging; `guestId` is undefined where it names no guest. */
export interface OutboundMessage {
  readonly guestId: string | undefined;
  readonly content: OutboundContent;
}

/** Reads a webhook; undefined for a body that is no JSON object. Unknown types and contents are no error. */
export function outboundMessageOf(body: Buffer): OutboundMessage | undefined {
  const fields = objectIn(body);
  if (fields === undefined) return undefined;
  const guestId = idIn(fieldsIn(fieldsIn(fields, 'channel'), 'to'), 'id');
  return { guestId, content: contentOf(fields) };
}

function objectIn(body: Buffer): Fields | undefined {
  try {
    const value = parseShallowJson(body.toString('utf8'));
    return isFields(value) ? value : undefined;
  } catch {
    // Signed bytes that are no JSON would be no JSON the next time either.
    return undefined;
  }
}

function contentOf(fields: Fields): OutboundContent {
  const type = textIn(fields, 'type') ?? '';
  if (type === 'Receipt')
    return { kind: 'receipt', status: textIn(fields, 'status') ?? '', messageId: idIn(fields, 'id') };
  const said = guestMessageOf(withAttachmentIds(fields));
  const typing = said.events.find((event) => event.kind === 'typing');
  if (typing !== undefined) {
    const { isOn, durationMs } = typing;
    return { kind: 'typing', typing: { isOn, ...(durationMs === undefined ? {} : { durationMs }) } };
  }
  const message = conversationMessageOf({ ...said, direction: 'Outbound' });
  return message === undefined ? { kind: 'other', type } : { kind: 'message', message };
}

/** Attachments need an id here; those of a webhook may have none, and then are named by the digest of their URL. */
function withAttachmentIds(fields: Fields): Fields {
  const content = objectsIn(fields, 'content').map((item) => {
    const attachment = fieldsIn(item, 'attachment');
    const url = textIn(attachment, 'url');
    if (url === undefined || textIn(attachment, 'id') !== undefined) return item;
    return { ...item, attachment: { ...attachment, id: attachmentIdOf(url) } };
  });
  return content.length === 0 ? fields : { ...fields, content };
}
