import {
  UpstreamError,
  UpstreamForbiddenError,
  UpstreamRejectedError,
  UpstreamUnauthorizedError,
} from '../../../common/errors/upstream.errors';
import { GuestNotAuthenticatedError } from '../../../session/domain/authentication.errors';
import type { UpstreamEndReason } from '../../../session/domain/session-state';
import { omitUndefined } from '../../fields';
import type { GuestMessage } from '../frames/guest-message';
import type { ServerFrame, SessionFacts } from '../frames/server-frame';

/**
 * The reason why a socket is over. `closed`: this service left, which ends no conversation. `refused`: Genesys Cloud
 * refuses the session, which does not tell whether the conversation goes on. Every other reason means that the
 * conversation has ended.
 */
export type OverReason =
  | 'agent-ended'
  | 'expired'
  | 'cleared'
  | 'signed-in-elsewhere'
  | 'logged-out'
  | 'gone'
  | 'refused'
  | 'closed';

/** The end of a socket, with the platform's own term for it where it has one. */
export interface Verdict {
  readonly reason: OverReason;
  readonly endCause?: string;
}

/** Error codes of the guest protocol that end a session. */
const REASONS: ReadonlyMap<number, OverReason> = new Map<number, OverReason>([
  [4006, 'expired'],
  [4007, 'gone'],
  // The guest of this session has logged in meanwhile over another client.
  [4017, 'signed-in-elsewhere'],
]);

const ENDINGS: Partial<Record<ServerFrame['kind'], Verdict>> = {
  'session-expired': { reason: 'expired', endCause: 'SessionExpiredEvent' },
  'session-cleared': { reason: 'cleared', endCause: 'SessionClearedEvent' },
  'logged-out': { reason: 'logged-out', endCause: 'LogoutEvent' },
};

const SIGNED_IN: Verdict = { reason: 'signed-in-elsewhere', endCause: 'ConnectionClosedEvent signedIn' };

/** Whether a socket is over because its conversation has ended. */
export function isEnd(reason: OverReason | undefined): reason is UpstreamEndReason {
  return reason !== undefined && reason !== 'refused' && reason !== 'closed';
}

/** The verdict of a failed attempt to connect; undefined when another attempt may succeed. */
export function verdictOf(error: unknown): Verdict | undefined {
  const reason = reasonOf(error);
  if (reason === undefined) return undefined;
  const refused = error instanceof GuestNotAuthenticatedError ? error.cause : error;
  return {
    reason,
    ...omitUndefined({ endCause: refused instanceof UpstreamError ? refused.refusal : undefined }),
  };
}

function reasonOf(error: unknown): OverReason | undefined {
  // Only the guest can log in again: to the platform it is logged out.
  if (error instanceof GuestNotAuthenticatedError) return 'logged-out';
  if (error instanceof UpstreamRejectedError) return REASONS.get(error.status) ?? 'refused';
  const isRefusal = error instanceof UpstreamForbiddenError || error instanceof UpstreamUnauthorizedError;
  return isRefusal ? 'refused' : undefined;
}

/** The verdict of an event of the server; undefined when the session goes on. */
export function verdictOfFrame(frame: ServerFrame): Verdict | undefined {
  if (frame.kind === 'connection-closed') return frame.reason === 'signedIn' ? SIGNED_IN : undefined;
  if (frame.kind !== 'refused') return ENDINGS[frame.kind];
  const reason = REASONS.get(frame.errorCode);
  return reason === undefined ? undefined : { reason, endCause: String(frame.errorCode) };
}

/** The verdict of a message after which the conversation is read-only: mostly the agent's Presence/Disconnect. */
export function verdictOfReadOnly({ events }: GuestMessage): Verdict {
  const presence = events.find((event) => event.kind === 'presence');
  const endCause = presence === undefined ? 'readOnly' : `Presence/${presence.presence}`;
  return { reason: 'agent-ended', endCause };
}

/** The verdict of the server's description of a session; undefined when the session goes on. */
export function verdictOfFacts(
  { connected, readOnly, newSession, clearedExistingSession }: SessionFacts,
  { isResumed, isAuthenticated }: { isResumed: boolean; isAuthenticated: boolean },
): Verdict | undefined {
  if (readOnly) return { reason: 'agent-ended', endCause: 'readOnly' };
  if (!connected) return { reason: 'refused' };
  if (!isResumed) return undefined;
  // A new session replaces the one that was asked for: that one has ended, and callers must not take it for alive.
  if (newSession) return { reason: 'gone', endCause: 'newSession' };
  // With an authenticated guest it means that another session of the same guest was closed in favour of this one.
  return clearedExistingSession && !isAuthenticated
    ? { reason: 'cleared', endCause: 'clearedExistingSession' }
    : undefined;
}
