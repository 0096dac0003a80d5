import { routeFacts } from './route-facts';

/** `required`: only the holder can serve the request. `preferred`: every replica can, and the holder sooner. */
export type HolderPart = 'required' | 'preferred';

/** The part of a request that tells which route it came to. */
interface RoutedRequest {
  readonly routeOptions: { readonly config?: object };
}

/**
 * The replica that holds the session of the address (`:conversationId`) serves the route: wherever a request arrives, it is
 * forwarded to that one. With `preferred` the replica where it arrived serves it when the holder cannot be reached, so
 * that doing it twice must change nothing.
 */
export function ByHolder(part: HolderPart = 'required'): MethodDecorator {
  return routeFacts({ byHolder: part });
}

/** Undefined for routes that every replica serves itself. */
export function holderPartOf({ routeOptions: { config } }: RoutedRequest): HolderPart | undefined {
  return (config as { readonly byHolder?: HolderPart } | undefined)?.byHolder;
}
