import type { IncomingHttpHeaders } from 'node:http';
import { isLoopbackHost } from '../../common/http/loopback';
import type { AccessConfig } from '../../config/access.config';
import { ForeignHostError, ForeignOriginError } from '../domain/access.errors';

/** The part of a request that tells where it is addressed to, and which web page sent it. */
export interface RequestHead {
  readonly url?: string | undefined;
  /** The target as it arrived, where `url` was rewritten (Fastify's `rewriteUrl`). */
  readonly originalUrl?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

interface Authority {
  readonly host: string;
  readonly port: string;
}

const AUTHORITY = /^(\[[0-9a-f:.]+\]|[^\s:/?#@[\],]+)(?::(\d{1,5}))?$/i;
const ORIGIN = /^(https?):\/\/([^/?#@\s,]+)$/i;
/** RFC 9112, 3.2.2: a target in absolute form, which comes before the `Host` header. */
const ABSOLUTE_TARGET = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i;
const DEFAULT_PORT: Readonly<Record<string, string>> = { http: '80', https: '443' };
/** Sent with what a person opens by hand, and with what a page sends to its own origin. */
const OWN_SITES = ['none', 'same-origin'];

/**
 * The reason to refuse a request where no credential is asked for; undefined when it is served. Without credentials a
 * web page in a browser on this machine could otherwise do what the browser can reach: a simple request (Fetch, "CORS
 * protocol") needs no preflight, and a name that is rebound to a loopback address makes the page same-origin.
 *
 * Modes `keys` and `jwt` need none of this. A bearer token is no ambient credential: no browser adds it by itself, and
 * a page that adds one sends no simple request, so what a foreign page sends arrives without a credential.
 */
export function foreignnessOf(
  { url = '', originalUrl = url, headers }: RequestHead,
  mode: AccessConfig['mode'],
): ForeignHostError | ForeignOriginError | undefined {
  if (mode !== 'open' && mode !== 'open-anywhere') return undefined;
  const isLocal = mode === 'open';
  const addressed = addressedIn(originalUrl, headers).map(authorityOf);
  // In mode open-anywhere the host is not known, so only requests from pages of other origins can be refused.
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

/** Every loopback name with the port of the request is this service; elsewhere a page has to name the same host. */
function isOwnOrigin(origin: string, addressed: Authority | undefined, isLocal: boolean): boolean {
  const [, scheme = '', authority = ''] = ORIGIN.exec(origin) ?? [];
  const sender = authorityOf(authority);
  if (sender === undefined || addressed === undefined) return false;
  const isSameHost = isLocal
    ? isLoopbackHost(sender.host)
    : sender.host.toLowerCase() === addressed.host.toLowerCase();
  const defaultPort = DEFAULT_PORT[scheme.toLowerCase()] ?? '';
  return isSameHost && (sender.port || defaultPort) === (addressed.port || defaultPort);
}

function isLoopback(authority: Authority | undefined): boolean {
  return authority !== undefined && isLoopbackHost(authority.host);
}

function authorityOf(text: string): Authority | undefined {
  const [, host, port = ''] = AUTHORITY.exec(text) ?? [];
  return host === undefined ? undefined : { host, port };
}
