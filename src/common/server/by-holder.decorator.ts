import { routeFacts } from './route-facts';

/** `required`: only the holder can serve the request. `preferred`: every replica can, but the holder sooner. */
export type HolderPart = 'required' | 'preferred';

/** The part of a request that identifies its route. */
interface RoutedRequest {
  readonly routeOptions: { readonly config?: object };
}

/**
 * Routes requests to the replica that holds the session of the address (`:conversationId`). With `preferred` the
 * receiving replica serves the request when the holder cannot be reached, so the route must be idempotent.
 */
export function ByHolder(part: HolderPart = 'required'): MethodDecorator {
  return routeFacts({ byHolder: part });
}

/** Undefined for routes that every replica serves itself. */
export function holderPartOf({ routeOptions: { config } }: RoutedRequest): HolderPart | undefined {
  return (config as { readonly byHolder?: HolderPart } | undefined)?.byHolder;
}
