import type { ActivityType, ConversationActivity } from '../../../session/domain/conversation-activity';
import { omitUndefined } from '../frames/fields';
import type { GuestMessage, MessageEvent, PresenceType } from '../frames/guest-message';

/** Older events come out of the history when another process goes on with a session, and were told before. */
const RECENT_MS = 300_000;
const MAX_EVENTS = 20;

const PRESENCES = {
  Authenticate: 'login-asked',
  AuthenticateCancel: 'login-cancelled',
  AuthenticateFailure: 'login-failed',
  Clear: 'cleared',
  Disconnect: 'disconnected',
  Join: 'joined',
  SessionExpired: 'session-expired',
  SignIn: 'signed-in',
} satisfies Record<PresenceType, ActivityType>;

/**
 * Activities among the events of a message, in their order; of the history only those of the last five minutes. Typing is
 * none, and neither is an event of an undocumented type.
 */
export function activitiesOf(said: GuestMessage, now: number): readonly ConversationActivity[] {
  const { id, direction, events, isReadOnly, at = now } = said;
  if (now - at > RECENT_MS) return [];
  return events.slice(0, MAX_EVENTS).flatMap((event) => {
    const what = whatOf(event, said);
    if (what === undefined) return [];
    return {
      ...omitUndefined({ id }),
      ...what,
      direction: direction === 'Inbound' ? ('inbound' as const) : ('outbound' as const),
      sentAt: new Date(at).toISOString(),
      ...(what.type === 'agent-ended' ? { isReadOnly } : {}),
    };
  });
}

function whatOf(
  event: MessageEvent,
  { direction }: GuestMessage,
): Pick<ConversationActivity, 'type' | 'offer' | 'reactions'> | undefined {
  switch (event.kind) {
    case 'presence': {
      const isByAgent = event.presence === 'Disconnect' && direction === 'Outbound';
      return { type: isByAgent ? 'agent-ended' : PRESENCES[event.presence] };
    }
    case 'offer':
      return { type: event.medium, offer: event.offer };
    case 'reactions':
      return { type: 'reactions', reactions: event.reactions };
    case 'typing':
    case 'other':
      return undefined;
  }
}
