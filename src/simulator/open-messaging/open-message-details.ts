import { isoOf } from '../genesys/conversation-view';
import type { MessageDetails } from '../genesys/message-bulk-endpoint';
import { MESSAGES_PREFIX } from './inbound-endpoint';
import { IndexedOpenMessage } from './open-conversation-registry';

/** Returns the details of a message of Open Messaging, with the receipts about it. */
export function openMessageDetails(id: string, message: IndexedOpenMessage): MessageDetails {
  const { conversation, direction, providerMessageId, at, status, body } = message;
  const { integrationId, guestId } = conversation;
  const [fromAddress, toAddress] =
    direction === 'inbound' ? [guestId, integrationId] : [integrationId, guestId];
  return {
    id,
    ...(providerMessageId === undefined ? {} : { providerMessageId }),
    conversationId: conversation.id,
    timestamp: isoOf(at),
    fromAddress,
    toAddress,
    direction,
    messengerType: 'open',
    status,
    normalizedMessage: body,
    normalizedReceipts: receiptsOf(id, conversation),
    selfUri: `${MESSAGES_PREFIX}${id}/details`,
  };
}

function receiptsOf(messageId: string, { receipts }: IndexedOpenMessage['conversation']): unknown[] {
  return receipts
    .filter(({ id }) => id === messageId)
    .map(({ id, status, isFinal, reasons }) => ({
      id,
      type: 'Receipt',
      status,
      isFinalReceipt: isFinal,
      reasons,
    }));
}
