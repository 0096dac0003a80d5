import { USER_AGENT } from '../../common/product';
import type { Conversation } from '../../session/ports/guest-channel';

export type Body = Readonly<Record<string, unknown>>;

/** Body of the request that opens a conversation. It holds the guest token: never log it. */
export function openBody(conversation: Omit<Conversation, 'oauthClient'>): Body {
  const {
    conversationId,
    guestToken,
    queueId,
    name,
    locale,
    capabilities,
    durationLimit,
    createdAt,
    guestContext,
  } = conversation;
  const customAttributes = guestContext?.customAttributes;
  return {
    id: conversationId,
    from: { id: guestToken, name, type: 'user' },
    to: [{ id: queueId, type: 'queue' }],
    type: 'messaging',
    channelAddress: 'web',
    context: { locale, capabilities, userAgent: USER_AGENT },
    metadata: {
      sessionDurationLimit: durationLimit,
      guestIdToken: guestToken,
      initiatedAt: new Date(createdAt).toISOString(),
      ...(customAttributes === undefined ? {} : { customAttributes }),
    },
  };
}

export function beatBody(sequence: number, now: number): Body {
  return { context: { lastActivityTimestamp: new Date(now).toISOString(), heartbeatSequence: sequence } };
}

export const DISCONNECT_BODY: Body = { status: 'disconnected' };
