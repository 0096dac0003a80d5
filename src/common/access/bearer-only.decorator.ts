import { routeFacts } from '../server/route-facts';

/** The part of a request that identifies its route. */
interface RoutedRequest {
  readonly routeOptions: { readonly config?: object };
}

/**
 * Accepts a credential in the `Authorization` header only, and no session cookie: the routes of event streams, which
 * would use up the connections that a browser has to one server, and the streams that the caller may have.
 */
export function BearerOnly(): MethodDecorator {
  return routeFacts({ bearerOnly: true });
}

export function isBearerOnly({ routeOptions: { config } }: RoutedRequest): boolean {
  return (config as { readonly bearerOnly?: boolean } | undefined)?.bearerOnly === true;
}
