import type { AccessToken } from '../domain/access-token';

/** Where tokens come from. */
export abstract class TokenEndpoint {
  /**
   * Asks for a new token by the client-credentials grant: one request, bounded by the endpoint's own time-out.
   * Trouble is thrown as an `UpstreamError`.
   */
  abstract requestToken(clientId: string): Promise<AccessToken>;
}
