import type { AuditFact } from '../../audit/domain/audit-record';
import { NotSupportedByChannelError, SessionNotActiveError } from '../../session/domain/messaging.errors';
import type { Session } from '../../session/domain/session';
import type { GuestChannels } from '../../session/ports/guest-channels';
import type { GuestMessaging } from '../../session/ports/guest-messaging';

/** A session with messaging, and its channel's messaging. */
export interface MessagingSession {
  readonly session: Session;
  readonly messaging: GuestMessaging;
  /** The audit fact to record with messages, when a caller acts for the guest of another caller. */
  readonly act?: AuditFact;
}

/**
 * Throws `NotSupportedByChannelError`, in any state of the session, and otherwise `SessionNotActiveError` if it is
 * not active.
 */
export function messagingOf(session: Session, channels: GuestChannels): MessagingSession {
  const { channel } = session.snapshot;
  const { messaging } = channels.get(channel);
  if (messaging === undefined) throw new NotSupportedByChannelError(channel);
  if (session.state !== 'active') throw new SessionNotActiveError();
  return { session, messaging };
}
