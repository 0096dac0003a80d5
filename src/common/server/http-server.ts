import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyHttpOptions, FastifyInstance } from 'fastify';
import type { DomainError } from '../errors/domain.errors';
import { problemOfStatus, toProblem } from '../problem/problem';
import { pathOf, sendProblem } from '../problem/send-problem';
import { addBodyParsers } from './body-parsers';
import { answerHalfClosed } from './half-closed';
import { originFormOf } from './origin-form';
import { closeQueuedAnswers } from './queued-answers';
import { setPublicUrl } from './public-url';
import { SECURITY_HEADERS } from './security-headers';
import { dropSilentConnections } from './silent-connections';

const BODY_LIMIT_BYTES = 64 * 1024;
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const REQUEST_ID = /^[\w.:-]{1,128}$/;

/**
 * Configures Fastify: strict JSON only, except on routes for files, small bodies, time-outs for slow clients, and
 * problem details for every refusal, also below the framework. A caller's `X-Request-Id` is kept if it is harmless.
 * `refusalOf` is called where no hook runs: on addresses that cannot be parsed.
 */
export function createHttpServer(
  refusalOf: (request: IncomingMessage) => DomainError | undefined = () => undefined,
  publicUrl = '',
): FastifyAdapter {
  const options: FastifyHttpOptions<Server> = {
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: {
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: 1_000,
      // A hook checks it: Node's own refusal has no body.
      requireHostHeader: false,
    },
    routerOptions: { maxParamLength: 16_384 },
    rewriteUrl: ({ url = '/' }) => originFormOf(url),
    genReqId: ({ headers }) => requestIdFrom(headers['x-request-id']),
    logger: false,
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => {
      // A path that cannot be decoded matches no resource.
      const status = error.code === 'FST_ERR_BAD_URL' ? 404 : (error.statusCode ?? 400);
      const occurrence = { instance: pathOf(request.url), requestId: request.id };
      reply.headers({ ...SECURITY_HEADERS, 'x-request-id': request.id });
      const refusal = refusalOf(request.raw);
      sendProblem(
        reply,
        refusal === undefined ? problemOfStatus(status, occurrence) : toProblem(refusal, occurrence),
        publicUrl,
      );
    },
    clientErrorHandler: (error, socket) => {
      answerBrokenRequest(error, socket, publicUrl);
    },
  };
  const adapter = new FastifyAdapter(options);
  addBodyParsers(adapter.getInstance());
  ignoreExpectations(adapter.getInstance());
  dropSilentConnections(adapter.getInstance());
  closeQueuedAnswers(adapter.getInstance());
  answerHalfClosed(adapter.getInstance());
  setPublicUrl(adapter.getInstance(), publicUrl);
  return adapter;
}

/** RFC 9110, 10.1.1: expectations besides `100-continue` may be ignored; Node would refuse them without a body. */
function ignoreExpectations({ server }: FastifyInstance): void {
  server.on('checkExpectation', (request, reply) => server.emit('request', request, reply));
}

function requestIdFrom(header: string | string[] | undefined): string {
  return typeof header === 'string' && REQUEST_ID.test(header) ? header : randomUUID();
}

/** Responds to broken HTTP, and to headers that are too long or too slow. */
function answerBrokenRequest(error: Error & { code?: string }, socket: Socket, publicUrl: string): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = BROKEN_REQUEST_STATUS[error.code ?? ''] ?? 400;
  const requestId = randomUUID();
  const problem = problemOfStatus(status, { instance: '', requestId });
  const body = JSON.stringify({ ...problem, type: publicUrl + problem.type });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'content-type: application/problem+json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    ...Object.entries(SECURITY_HEADERS).map(([name, value]) => `${name}: ${value}`),
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

const BROKEN_REQUEST_STATUS: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
};
