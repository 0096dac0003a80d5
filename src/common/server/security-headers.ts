import type { FastifyInstance } from 'fastify';

/** Responses of the API are data: as a page they may not load, run or send anything, or be framed. */
const DATA_ONLY = "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'";

/** The page of the API description: its own scripts, and the styles and pictures that they write into it. */
const READABLE = `${DATA_ONLY};script-src 'self';style-src 'self' 'unsafe-inline';img-src 'self' data:;connect-src 'self'`;

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

const PAGE_HEADERS = { ...SECURITY_HEADERS, 'content-security-policy': READABLE };

/**
 * Every response forbids browsers to interpret it and caches to store it; routes may override that. The routes below
 * `docsPath` may run their own scripts. Call it before hooks that respond themselves.
 */
export function addSecurityHeaders(server: FastifyInstance, docsPath: string): void {
  server.addHook('onRequest', (request, reply, done) => {
    const { url = '' } = request.routeOptions;
    const isPage = url === docsPath || url.startsWith(`${docsPath}/`);
    void reply.headers(isPage ? PAGE_HEADERS : SECURITY_HEADERS);
    done();
  });
}
