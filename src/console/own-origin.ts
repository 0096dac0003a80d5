import type { IncomingHttpHeaders } from 'node:http';
import { ForeignOriginError } from '../access/domain/access.errors';
import { authorityOf, isOriginAt } from '../common/http/authority';

const MESSAGE = 'The console is used from its own pages only.';
/** Values of requests from a page to its own origin, and of navigations that a user starts. */
const OWN_SITES = ['same-origin', 'none'];

/**
 * The reason to refuse a request of a browser for a session of the console; undefined if it is from a page of this
 * service, or from a client that names neither `Origin` nor `Sec-Fetch-Site`. The service's own origin is that of
 * `PUBLIC_URL`, or has the host of the request: a gateway may rewrite that.
 */
export function foreignnessOf(
  headers: IncomingHttpHeaders,
  publicUrl: string,
): ForeignOriginError | undefined {
  const { origin, 'sec-fetch-site': site } = headers;
  const isOwnSite = site === undefined || (typeof site === 'string' && OWN_SITES.includes(site));
  const isOwnOrigin = origin === undefined || isOwn(origin, headers.host ?? '', publicUrl);
  return isOwnSite && isOwnOrigin ? undefined : new ForeignOriginError(MESSAGE);
}

function isOwn(origin: string, host: string, publicUrl: string): boolean {
  if (publicUrl !== '' && new URL(publicUrl).origin === origin.toLowerCase()) return true;
  return isOriginAt(origin, authorityOf(host));
}
