import helmet, { type FastifyHelmetOptions } from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

const NOTHING = ["'none'"];
const OURS = ["'self'"];

/** An answer of the API is data: as a page it may load, run, send and be framed nowhere. */
const DATA_ONLY = {
  defaultSrc: NOTHING,
  baseUri: NOTHING,
  formAction: NOTHING,
  frameAncestors: NOTHING,
};

/** The page that shows the API: its own scripts, and the styles and pictures that they write into it. */
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
  // RFC 6797, 7.2: not over plain HTTP, which is what this service speaks. Whoever terminates TLS adds it.
  strictTransportSecurity: false,
};

/** For answers that are written before or beside the framework: what `addSecurityHeaders` sets on all others. */
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
 * Every answer tells browsers to do nothing with it, and everybody not to keep it; routes that know better say so.
 * The routes below `docsPath` may run their own scripts. To be called before hooks that answer by themselves.
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
