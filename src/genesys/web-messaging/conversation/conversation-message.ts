import { createHash } from 'node:crypto';
import type { ConversationMessage, MessageContent } from '../../../session/domain/conversation-message';
import type { GuestMessage, MessageContent as SaidContent } from '../frames/guest-message';
import { idIn, omitUndefined } from '../../fields';

/**
 * Translates a message of the guest protocol; undefined for an event and for a message without content. A message without
 * an id gets the digest of its content and time as its id.
 */
export function conversationMessageOf(message: GuestMessage): ConversationMessage | undefined {
  const { id, text, at = Date.now(), direction, type, content, from, originatingEntity, metadata } = message;
  if (type === 'Event' || (text === undefined && content.length === 0)) return undefined;
  const isInbound = direction === 'Inbound';
  return {
    id: id ?? idOf([direction, at, text, content]),
    ...omitUndefined({
      reference: isInbound ? idIn(metadata, 'id') : undefined,
      text,
      from,
      originatingEntity,
    }),
    direction: isInbound ? 'inbound' : 'outbound',
    type: type === 'Structured' ? 'structured' : 'text',
    content: content.map(contentOf),
    sentAt: new Date(at).toISOString(),
  };
}

function contentOf(said: SaidContent): MessageContent {
  switch (said.kind) {
    case 'attachment':
      return { type: 'attachment', attachment: said.attachment };
    case 'structured':
      return said.content;
    case 'other':
      return { type: 'other', contentType: said.contentType, value: said.value };
    case 'quick-reply':
    case 'button-response':
      return { type: said.kind, choice: said.choice };
  }
}

function idOf(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
