import type { IncomingHttpHeaders } from 'node:http';
import { type Authority, authorityOf, isOriginAt } from '../../common/http/authority';
import { isLoopbackHost } from '../../common/http/loopback';
import type { AccessConfig } from '../../config/access.config';
import { ForeignHostError, ForeignOriginError } from '../domain/access.errors';

/** The parts of a request that tell its target host and the web page that sent it. */
export interface RequestHead {
  readonly url?: string | undefined;
  /** The target as it arrived, if `url` was rewritten (Fastify's `rewriteUrl`). */
  readonly originalUrl?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** RFC 9112, 3.2.2: a target in absolute form, which takes precedence over the `Host` header. */
const ABSOLUTE_TARGET = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i;
/** Values of navigations that a user starts, and of requests from a page to its own origin. */
const OWN_SITES = ['none', 'same-origin'];

/**
 * The reason to refuse a request in a mode without credentials; undefined if it is served. Otherwise a web page in a
 * browser on this machine could send requests to the service: a simple request (Fetch, "CORS protocol") needs no
 * preflight, and a name that is rebound to a loopback address makes the page same-origin.
 *
 * Modes `keys` and `jwt` need none of this. A bearer token is not an ambient credential: no browser adds it by
 * itself, and a page that adds one does not send a simple request, so requests of foreign pages arrive without a
 * credential.
 */
export function foreignnessOf(
  { url = '', originalUrl = url, headers }: RequestHead,
  mode: AccessConfig['mode'],
): ForeignHostError | ForeignOriginError | undefined {
  if (mode !== 'open' && mode !== 'open-anywhere') return undefined;
  const isLocal = mode === 'open';
  const addressed = addressedIn(originalUrl, headers).map(authorityOf);
  // In mode open-anywhere the host is unknown, so only requests from pages of other origins can be refused.
  if (isLocal && !(addressed.length > 0 && addressed.every(isLoopback))) return new ForeignHostError();
  return isFromOwnPage(headers, addressed[0], isLocal) ? undefined : new ForeignOriginError();
}

function addressedIn(url: string, headers: IncomingHttpHeaders): readonly string[] {
  const authority = headers[':authority'];
  return [
    ABSOLUTE_TARGET.exec(url)?.[1],
    typeof authority === 'string' ? authority : undefined,
    headers.host,
  ].filter((text) => text !== undefined);
}

function isFromOwnPage(
  headers: IncomingHttpHeaders,
  addressed: Authority | undefined,
  isLocal: boolean,
): boolean {
  const { origin } = headers;
  const isOwn = origin !== undefined && isOwnOrigin(origin, addressed, isLocal);
  if (origin !== undefined && !isOwn) return false;
  const site = headers['sec-fetch-site'];
  if (site === undefined || (typeof site === 'string' && OWN_SITES.includes(site))) return true;
  return site === 'same-site' && isOwn;
}

/**
 * Locally, every loopback name with the request's port is this service; elsewhere a page has to come from the same
 * host.
 */
function isOwnOrigin(origin: string, addressed: Authority | undefined, isLocal: boolean): boolean {
  return isLocal ? isOriginAt(origin, addressed, isLoopbackHost) : isOriginAt(origin, addressed);
}

function isLoopback(authority: Authority | undefined): boolean {
  return authority !== undefined && isLoopbackHost(authority.host);
}
