import type { ActivityType, ConversationActivity } from '../../../session/domain/conversation-activity';
import { omitUndefined } from '../../fields';
import type { GuestMessage, MessageEvent, PresenceType } from '../frames/guest-message';

/** Age from which events are dropped: after a resumption the history repeats those that were published before. */
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
 * The activities among the events of a message, in their order, unless the message is older than five minutes. Typing and
 * events of undocumented types are not activities.
 */
export function activitiesOf(message: GuestMessage, now: number): readonly ConversationActivity[] {
  const { id, direction, events, isReadOnly, at = now } = message;
  if (now - at > RECENT_MS) return [];
  return events.slice(0, MAX_EVENTS).flatMap((event) => {
    const activity = activityOf(event, message);
    if (activity === undefined) return [];
    return {
      ...omitUndefined({ id }),
      ...activity,
      direction: direction === 'Inbound' ? ('inbound' as const) : ('outbound' as const),
      sentAt: new Date(at).toISOString(),
      ...(activity.type === 'agent-ended' ? { isReadOnly } : {}),
    };
  });
}

function activityOf(
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
