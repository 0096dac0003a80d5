import type { ScopeName } from './scope';

/** Pages for operators that a deployment may open without credentials. */
export type OperatorPage = 'metrics' | 'docs';

/**
 * The access rule of a route: public; a scope; any authenticated caller; or, unless the deployment opens the page, any
 * authenticated caller.
 */
export type RouteAccess =
  | { readonly kind: 'public' }
  | { readonly kind: 'scope'; readonly scope: ScopeName }
  | { readonly kind: 'caller' }
  | { readonly kind: 'page'; readonly page: OperatorPage };

/** The part of a request that identifies its route. */
interface RoutedRequest {
  readonly routeOptions: { readonly config?: object };
}

/** The access rule of the route; undefined if it has none, and then it refuses every caller. */
export function accessOf({ routeOptions: { config } }: RoutedRequest): RouteAccess | undefined {
  return (config as { readonly access?: RouteAccess } | undefined)?.access;
}
