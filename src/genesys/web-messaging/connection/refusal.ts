import {
  UpstreamError,
  UpstreamForbiddenError,
  UpstreamInvalidResponseError,
  UpstreamRejectedError,
  UpstreamServerError,
  UpstreamThrottledError,
  UpstreamTimeoutError,
  UpstreamUnauthorizedError,
} from '../../../common/errors/upstream.errors';
import { GuestNotAuthenticatedError } from '../../../session/domain/authentication.errors';
import { known } from '../frames/fields';
import type { GuestMessage } from '../frames/guest-message';
import type { ServerFrame, SessionFacts } from '../frames/server-frame';
import type { OverReason, Verdict } from '../socket/socket-listener';

const EXPIRED = 4006;
const NOT_FOUND = 4007;
/** A guest of this session has logged in meanwhile, and it was not us who did that. */
const NO_DOWNGRADE = 4017;
const UNEXPECTED = 5000;

/** A frame that may hold the code of an error. */
type Failed = Extract<ServerFrame, { readonly errorCode?: number }>;

/** Only what looks like an id goes to log lines. */
const TRACING_ID = /^[\w-]{1,64}$/;

/** The error that an answer stands for, with the tracing id of the frame; undefined when it is none. */
export function refusalOf(frame: ServerFrame): UpstreamError | undefined {
  if (frame.kind === 'throttled') return traced(new UpstreamThrottledError(frame.retryAfterMs), frame);
  if (frame.kind === 'malformed')
    return traced(new UpstreamInvalidResponseError('a frame without its content'), frame);
  const isRefusal = frame.kind === 'refused' || frame.kind === 'url-refused';
  return isRefusal ? errorOfFrame(frame) : undefined;
}

/** The error that the code of a frame stands for; one that is not told is the platform's own trouble. */
export function errorOfFrame(frame: Failed): UpstreamError {
  const { errorCode } = frame;
  const error = traced(errorOfCode(errorCode ?? UNEXPECTED), frame);
  if (errorCode !== undefined) error.refusal = String(errorCode);
  return error;
}

function traced(error: UpstreamError, { tracingId }: Pick<ServerFrame, 'tracingId'>): UpstreamError {
  if (tracingId !== undefined && TRACING_ID.test(tracingId)) error.tracingId = tracingId;
  return error;
}

function errorOfCode(code: number): UpstreamError {
  if (code === 401) return new UpstreamUnauthorizedError('Genesys Cloud does not accept the guest.');
  if (code === 403)
    return new UpstreamForbiddenError('The deployment does not allow what the guest asked for.');
  if (code === 408) return new UpstreamTimeoutError();
  const isTheirs = (code >= 500 && code < 600) || code >= 5000;
  return isTheirs ? new UpstreamServerError(code) : new UpstreamRejectedError(code);
}

/** What a failure to go on says about the session; undefined when trying again may help. */
export function verdictOf(error: unknown): Verdict | undefined {
  const reason = reasonOf(error);
  if (reason === undefined) return undefined;
  const refused = error instanceof GuestNotAuthenticatedError ? error.cause : error;
  return { reason, ...known({ endCause: refused instanceof UpstreamError ? refused.refusal : undefined }) };
}

function reasonOf(error: unknown): OverReason | undefined {
  // Nobody but the guest can help: to the platform it is logged out.
  if (error instanceof GuestNotAuthenticatedError) return 'logged-out';
  if (error instanceof UpstreamRejectedError) return reasonOfCode(error.status) ?? 'refused';
  const isRefusal = error instanceof UpstreamForbiddenError || error instanceof UpstreamUnauthorizedError;
  return isRefusal ? 'refused' : undefined;
}

const ENDINGS: Partial<Record<ServerFrame['kind'], Verdict>> = {
  'session-expired': { reason: 'expired', endCause: 'SessionExpiredEvent' },
  'session-cleared': { reason: 'cleared', endCause: 'SessionClearedEvent' },
  'logged-out': { reason: 'logged-out', endCause: 'LogoutEvent' },
};

const SIGNED_IN: Verdict = { reason: 'signed-in-elsewhere', endCause: 'ConnectionClosedEvent signedIn' };

/** What an event of the server says about the session; undefined when it goes on. */
export function verdictOfFrame(frame: ServerFrame): Verdict | undefined {
  if (frame.kind === 'connection-closed') return frame.reason === 'signedIn' ? SIGNED_IN : undefined;
  if (frame.kind !== 'refused') return ENDINGS[frame.kind];
  const reason = reasonOfCode(frame.errorCode);
  return reason === undefined ? undefined : { reason, endCause: String(frame.errorCode) };
}

/** The verdict of a message after which the conversation takes no more; it is the agent's Presence/Disconnect mostly. */
export function verdictOfReadOnly({ events }: GuestMessage): Verdict {
  const presence = events.find((event) => event.kind === 'presence');
  const endCause = presence === undefined ? 'readOnly' : `Presence/${presence.presence}`;
  return { reason: 'agent-ended', endCause };
}

function reasonOfCode(code: number): OverReason | undefined {
  if (code === EXPIRED) return 'expired';
  if (code === NO_DOWNGRADE) return 'signed-in-elsewhere';
  return code === NOT_FOUND ? 'gone' : undefined;
}

/** What the server's description of a session says; undefined when it goes on. */
export function verdictOfFacts(
  { connected, readOnly, newSession, clearedExistingSession }: SessionFacts,
  { isResumed, isAuthenticated }: { isResumed: boolean; isAuthenticated: boolean },
): Verdict | undefined {
  if (readOnly) return { reason: 'agent-ended', endCause: 'readOnly' };
  if (!connected) return { reason: 'refused' };
  if (!isResumed) return undefined;
  // A new session in place of the one that was asked for: that one is no more, and nobody may be led to believe it is.
  if (newSession) return { reason: 'gone', endCause: 'newSession' };
  // Of a guest who is known it says that another session of the same person has made way for this one.
  return clearedExistingSession && !isAuthenticated
    ? { reason: 'cleared', endCause: 'clearedExistingSession' }
    : undefined;
}
