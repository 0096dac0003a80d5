import { routeFacts } from './route-facts';

/** The part of a request that tells which route it came to. */
interface RoutedRequest {
  readonly routeOptions: { readonly config?: object };
}

/**
 * Only the replica that holds the session of the address (`:conversationId`) can serve the route: wherever a request
 * arrives, it is handed on to that one.
 */
export function ByHolder(): MethodDecorator {
  return routeFacts({ byHolder: true });
}

export function isByHolder({ routeOptions: { config } }: RoutedRequest): boolean {
  return (config as { readonly byHolder?: boolean } | undefined)?.byHolder === true;
}
