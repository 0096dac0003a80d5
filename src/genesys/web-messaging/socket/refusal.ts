import {
  type UpstreamError,
  UpstreamForbiddenError,
  UpstreamInvalidResponseError,
  UpstreamRejectedError,
  UpstreamServerError,
  UpstreamThrottledError,
  UpstreamTimeoutError,
  UpstreamUnauthorizedError,
} from '../../../common/errors/upstream.errors';
import { GuestNotAuthenticatedError } from '../../../session/domain/authentication.errors';
import type { ServerFrame, SessionFacts } from '../frames/server-frame';
import type { OverReason } from './socket-owner';

const EXPIRED = 4006;
const NOT_FOUND = 4007;
/** A guest of this session has logged in meanwhile, and it was not us who did that. */
const NO_DOWNGRADE = 4017;
const UNEXPECTED = 5000;

/** The error that an answer stands for; undefined when it is none. */
export function refusalOf(frame: ServerFrame): UpstreamError | undefined {
  if (frame.kind === 'throttled') return new UpstreamThrottledError(frame.retryAfterMs);
  if (frame.kind === 'malformed') return new UpstreamInvalidResponseError('a frame without its content');
  const isRefusal = frame.kind === 'refused' || frame.kind === 'url-refused';
  return isRefusal ? errorOfCode(frame.errorCode) : undefined;
}

/** The error that a code of the platform stands for; one that is not told is the platform's own trouble. */
export function errorOfCode(code = UNEXPECTED): UpstreamError {
  if (code === 401) return new UpstreamUnauthorizedError('Genesys Cloud does not accept the guest.');
  if (code === 403)
    return new UpstreamForbiddenError('The deployment does not allow what the guest asked for.');
  if (code === 408) return new UpstreamTimeoutError();
  const isTheirs = (code >= 500 && code < 600) || code >= 5000;
  return isTheirs ? new UpstreamServerError(code) : new UpstreamRejectedError(code);
}

/** What a failure to go on says about the session; undefined when trying again may help. */
export function verdictOf(error: unknown): OverReason | undefined {
  // Nobody but the guest can help: to the platform it is logged out.
  if (error instanceof GuestNotAuthenticatedError) return 'logged-out';
  if (error instanceof UpstreamRejectedError) return verdictOfCode(error.status) ?? 'refused';
  const isRefusal = error instanceof UpstreamForbiddenError || error instanceof UpstreamUnauthorizedError;
  return isRefusal ? 'refused' : undefined;
}

const ENDINGS: Partial<Record<ServerFrame['kind'], OverReason>> = {
  'session-expired': 'expired',
  'session-cleared': 'cleared',
  'logged-out': 'logged-out',
};

/** What an event of the server says about the session; undefined when it goes on. */
export function verdictOfFrame(frame: ServerFrame): OverReason | undefined {
  if (frame.kind === 'refused') return verdictOfCode(frame.errorCode);
  const isSignedIn = frame.kind === 'connection-closed' && frame.reason === 'signedIn';
  return isSignedIn ? 'signed-in-elsewhere' : ENDINGS[frame.kind];
}

function verdictOfCode(code: number): OverReason | undefined {
  if (code === EXPIRED) return 'expired';
  if (code === NO_DOWNGRADE) return 'signed-in-elsewhere';
  return code === NOT_FOUND ? 'gone' : undefined;
}

/** What the server's description of a session says; undefined when it goes on. */
export function verdictOfFacts(
  { connected, readOnly, newSession, clearedExistingSession }: SessionFacts,
  { isResumed, isAuthenticated }: { isResumed: boolean; isAuthenticated: boolean },
): OverReason | undefined {
  if (readOnly) return 'agent-ended';
  if (!connected) return 'refused';
  if (!isResumed) return undefined;
  // A new session in place of the one that was asked for: that one is no more, and nobody may be led to believe it is.
  if (newSession) return 'gone';
  // Of a guest who is known it says that another session of the same person has made way for this one.
  return clearedExistingSession && !isAuthenticated ? 'cleared' : undefined;
}
