import type { Login } from '../domain/login';
import type { Conversation } from './conversation';

/**
 * How guests of open conversations log in and out over a channel. Every call ends by its signal or its own time-out,
 * and is rejected with an `UpstreamError`, among them `GuestNotAuthenticatedError` and `AuthenticationNotEnabledError`, or
 * with a `SessionNotActiveError` when the conversation turns out to be over.
 *
 * @publicApi
 */
export abstract class GuestAuthentication {
  /**
   * Logs the guest in within its conversation: resolves once the upstream has accepted the login. A refused login
   * leaves the conversation unchanged. If the upstream's outcome is unknown, the channel finds it out.
   */
  abstract logIn(conversation: Conversation, login: Login, signal: AbortSignal): Promise<void>;

  /** Logs the guest out, which ends the conversation: resolves once the guest's credentials are invalid. */
  abstract logOut(conversation: Conversation, signal: AbortSignal): Promise<void>;
}
