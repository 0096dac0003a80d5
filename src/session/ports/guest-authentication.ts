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
   * Logs the guest in, in the conversation that it has: resolves once the upstream has accepted it. What the upstream
   * refuses leaves the conversation as it was. When nobody knows what the upstream has done, the channel finds out.
   */
  abstract logIn(conversation: Conversation, login: Login, signal: AbortSignal): Promise<void>;

  /** Logs the guest out, which ends the conversation: resolves once the guest's credentials are worth nothing any more. */
  abstract logOut(conversation: Conversation, signal: AbortSignal): Promise<void>;
}
