import helmet, { type FastifyHelmetOptions } from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

const NOTHING = ["'none'"];
const OURS = ["'self'"];

/** Responses of the API are data: as a page they may not load, run or send anything, or be framed. */
const DATA_ONLY = {
  defaultSrc: NOTHING,
  baseUri: NOTHING,
  formAction: NOTHING,
  frameAncestors: NOTHING,
};

/** The page of the API description: its own scripts, and the styles and pictures that they write into it. */
const READABLE = {
  ...DATA_ONLY,
  scriptSrc: OURS,
  styleSrc: [...OURS, "'unsafe-inline'"],
  imgSrc: [...OURS, 'data:'],
  connectSrc: OURS,
};

const OPTIONS: FastifyHelmetOptions = {
  contentSecurityPolicy: { useDefaults: false, directives: DATA_ONLY },
  xFrameOptions: { action: 'deny' },
  // RFC 6797, 7.2: not over plain HTTP, which this service speaks. The proxy that terminates TLS adds it.
  strictTransportSecurity: false,
};

/**
 * Headers of responses that are written before or beside the framework: those that `addSecurityHeaders` sets on all
 * others.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'",
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

/**
 * Every response forbids browsers to interpret it and caches to store it; routes may override that. The routes below
 * `docsPath` may run their own scripts. Call it before hooks that respond themselves.
 */
export async function addSecurityHeaders(server: FastifyInstance, docsPath: string): Promise<void> {
  server.addHook('onRoute', (route) => {
    if (route.url === docsPath || route.url.startsWith(`${docsPath}/`))
      route.helmet = { contentSecurityPolicy: { useDefaults: false, directives: READABLE } };
  });
  await server.register(helmet, OPTIONS);
  server.addHook('onRequest', (_request, reply, done) => {
    void reply.header('cache-control', 'no-store');
    done();
  });
}
