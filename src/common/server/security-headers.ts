import type { FastifyInstance } from 'fastify';

/** Responses of the API are data: as a page they may not load, run or send anything, or be framed. */
const DATA_ONLY = "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'";

/** The page of the API description: its own scripts, and the styles and pictures that they write into it. */
const READABLE = `${DATA_ONLY};script-src 'self';style-src 'self' 'unsafe-inline';img-src 'self' data:;connect-src 'self'`;

/** The console: its own files alone, and nothing inline. */
const CONSOLE = `${DATA_ONLY};script-src 'self';style-src 'self';img-src 'self' data:;font-src 'self';connect-src 'self'`;

/**
 * The headers of every response, also of those that are written before or beside the framework. Strict-Transport-Security
 * is not among them (RFC 6797, 7.2: not over plain HTTP, which this service speaks): the proxy that terminates TLS adds it.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': DATA_ONLY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
  'cache-control': 'no-store',
};

const POLICIES = { docs: READABLE, console: CONSOLE } as const;

/**
 * Every response forbids browsers to interpret it and caches to store it; routes may override that. The routes at and below
 * the paths of pages may run their own scripts. Call it before hooks that respond themselves.
 */
export function addSecurityHeaders(
  server: FastifyInstance,
  pages: Readonly<Record<keyof typeof POLICIES, string>>,
): void {
  const headersOf = (page: keyof typeof POLICIES): Readonly<Record<string, string>> => ({
    ...SECURITY_HEADERS,
    'content-security-policy': POLICIES[page],
  });
  const ofPages = [
    [pages.docs, headersOf('docs')],
    [pages.console, headersOf('console')],
  ] as const;
  server.addHook('onRequest', (request, reply, done) => {
    const { url = '' } = request.routeOptions;
    const [, ofPage] = ofPages.find(([path]) => url === path || url.startsWith(`${path}/`)) ?? [];
    void reply.headers(ofPage ?? SECURITY_HEADERS);
    done();
  });
}
