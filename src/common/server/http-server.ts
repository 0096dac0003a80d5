import { randomUUID } from 'node:crypto';
import { type IncomingHttpHeaders, type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { UnsupportedMediaTypeException } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyHttpOptions, FastifyInstance } from 'fastify';
import type { DomainError } from '../errors/domain.error';
import { problemOfStatus, toProblem } from '../problem/problem';
import { pathOf, sendProblem } from '../problem/send-problem';
import { parseStrictJson } from '../validation/strict-json';
import { isByHolder } from './by-holder.decorator';
import { originFormOf } from './origin-form';
import { closeQueuedAnswers } from './queued-answers';
import { RawBodies } from './raw-bodies';
import { SECURITY_HEADERS } from './security-headers';
import { dropSilentConnections } from './silent-connections';
import { takesFile } from './takes-file.decorator';

const BODY_LIMIT_BYTES = 64 * 1024;
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const REQUEST_ID = /^[\w.:-]{1,128}$/;

/**
 * Fastify as this service wants it: strict JSON and nothing else but on routes that take files, small bodies, slow
 * clients cut off, and every refusal, also those below the framework, as problem details. A caller's `X-Request-Id` is
 * kept when it is harmless. `refusalOf` is asked where no hook runs: on addresses that cannot be read.
 */
export function createHttpServer(
  refusalOf: (request: IncomingMessage) => DomainError | undefined = () => undefined,
): FastifyAdapter {
  const options: FastifyHttpOptions<Server> = {
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: {
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: 1_000,
      // A hook sees to it: node's own refusal has no body.
      requireHostHeader: false,
    },
    routerOptions: { maxParamLength: 16_384 },
    rewriteUrl: ({ url = '/' }) => originFormOf(url),
    genReqId: ({ headers }) => requestIdFrom(headers['x-request-id']),
    logger: false,
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => {
      // A path that cannot be decoded names nothing.
      const status = error.code === 'FST_ERR_BAD_URL' ? 404 : (error.statusCode ?? 400);
      const occurrence = { instance: pathOf(request.url), requestId: request.id };
      reply.headers({ ...SECURITY_HEADERS, 'x-request-id': request.id });
      const refusal = refusalOf(request.raw);
      sendProblem(
        reply,
        refusal === undefined ? problemOfStatus(status, occurrence) : toProblem(refusal, occurrence),
      );
    },
    clientErrorHandler: (error, socket) => {
      answerBrokenRequest(error, socket);
    },
  };
  const adapter = new FastifyAdapter(options);
  acceptOnlyJson(adapter.getInstance());
  leaveFilesUnread(adapter.getInstance());
  ignoreExpectations(adapter.getInstance());
  dropSilentConnections(adapter.getInstance());
  closeQueuedAnswers(adapter.getInstance());
  return adapter;
}

/** RFC 9110, 10.1.1: what a caller expects besides `100-continue` may be passed over; node would refuse it without a body. */
function ignoreExpectations({ server }: FastifyInstance): void {
  server.on('checkExpectation', (request, reply) => server.emit('request', request, reply));
}

function requestIdFrom(header: string | string[] | undefined): string {
  return typeof header === 'string' && REQUEST_ID.test(header) ? header : randomUUID();
}

function acceptOnlyJson(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (!isPlainUtf8(request.headers)) {
      done(new UnsupportedMediaTypeException());
      return;
    }
    const bytes = Buffer.from(body);
    if (isByHolder(request)) RawBodies.keep(request, bytes);
    try {
      done(null, parseStrictJson(bytes));
    } catch (error) {
      done(error instanceof Error ? error : new Error('unreadable'));
    }
  });
}

/** The type that every body of a route for files has, as far as its parser is concerned. */
const ANY_FILE = 'application/x-file-in-body';

/**
 * A file stays in its stream, however large it is and also when it is JSON: the route reads it, or refuses it unread. The
 * raw request keeps the type of the file.
 */
function leaveFilesUnread(server: FastifyInstance): void {
  server.addHook('onRequest', (request, _reply, done) => {
    if (takesFile(request)) request.headers = { 'content-type': ANY_FILE };
    done();
  });
  server.addContentTypeParser(ANY_FILE, (request, _payload, done) => {
    if (takesFile(request) || request.is404) done(null);
    else done(new UnsupportedMediaTypeException());
  });
}

/** Whether a body is neither in another charset nor compressed. */
function isPlainUtf8(headers: IncomingHttpHeaders): boolean {
  const charset = /charset\s*=\s*"?([\w-]+)/i.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8';
  const coding = headers['content-encoding'] ?? 'identity';
  return charset.toLowerCase() === 'utf-8' && coding.toLowerCase() === 'identity';
}

/** What never became a request: broken HTTP, headers that are too long or too slow. */
function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = BROKEN_REQUEST_STATUS[error.code ?? ''] ?? 400;
  const requestId = randomUUID();
  const body = JSON.stringify(problemOfStatus(status, { instance: '', requestId }));
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
