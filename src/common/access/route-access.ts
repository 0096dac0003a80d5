import type { ScopeName } from './scope';

/** Pages for operators, which a deployment may open to everybody. */
export type OperatorPage = 'metrics' | 'docs';

/** Whom a route lets in: everybody, who has a scope, or, unless the deployment opens the page, anybody known. */
export type RouteAccess =
  | { readonly kind: 'public' }
  | { readonly kind: 'scope'; readonly scope: ScopeName }
  | { readonly kind: 'page'; readonly page: OperatorPage };

/** The part of a request that tells which route it came to. */
interface RoutedRequest {
  readonly routeOptions: { readonly config?: object };
}

/** What the route says of itself; undefined when it says nothing, and then it lets nobody in. */
export function accessOf({ routeOptions: { config } }: RoutedRequest): RouteAccess | undefined {
  return (config as { readonly access?: RouteAccess } | undefined)?.access;
}
