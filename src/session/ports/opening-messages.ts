import type { OpeningMessage, RequestedOpeningMessage } from '../domain/opening-message';

/**
 * Opening messages of a channel whose conversations begin with a message of the guest.
 *
 * @publicApi
 */
export abstract class OpeningMessages {
  /**
   * Completes an opening message with defaults and a fresh guest id. Throws `InvalidRequestError` for an unknown
   * integration, and for a message without a text where there is no default.
   */
  abstract complete(requested: RequestedOpeningMessage): OpeningMessage;
}
