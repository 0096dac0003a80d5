import type { AuditFact } from '../../audit/domain/audit-record';
import { NotSupportedByChannelError, SessionNotActiveError } from '../../session/domain/messaging.errors';
import type { Session } from '../../session/domain/session';
import type { GuestChannels } from '../../session/ports/guest-channels';
import type { GuestMessaging } from '../../session/ports/guest-messaging';

/** A session whose guest can talk, and the way they do. */
export interface MessagingSession {
  readonly session: Session;
  readonly messaging: GuestMessaging;
  /** To be recorded with what the guest says, when another caller than the owner of the session speaks for it. */
  readonly act?: AuditFact;
}

/**
 * Throws `NotSupportedByChannelError`, whatever has become of the session, and `SessionNotActiveError` otherwise when it is
 * not active.
 */
export function messagingOf(session: Session, channels: GuestChannels): MessagingSession {
  const { channel } = session.snapshot;
  const { messaging } = channels.get(channel);
  if (messaging === undefined) throw new NotSupportedByChannelError(channel);
  if (session.state !== 'active') throw new SessionNotActiveError();
  return { session, messaging };
}
