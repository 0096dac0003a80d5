import type { AccessToken } from '../domain/access-token';

/** The OAuth token endpoint. */
export abstract class TokenEndpoint {
  /**
   * Requests a new token by the client-credentials grant: one request, bounded by the endpoint's own time-out. Throws
   * an `UpstreamError` on failure.
   */
  abstract requestToken(clientId: string): Promise<AccessToken>;
}
