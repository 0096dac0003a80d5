import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Drain } from '../lifecycle/drain';
import type { InFlightRequests } from '../lifecycle/in-flight-requests';
import { type Context, RequestContext } from '../logging/request-context';
import { continueTrace } from '../logging/trace';
import { problemOfStatus } from '../problem/problem';
import { pathOf, sendProblem } from '../problem/send-problem';
import { RouteTable } from './route-table';

/** Others, which no route has, are one label: a caller must not make up time series. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Tells what a request took, after its answer was sent. */
export type RequestObserver = (request: {
  route: string;
  method: string;
  statusClass: string;
  durationMs: number;
}) => void;

/**
 * What happens around every request: its id and trace, its place among those in flight, its time, the end of its connection
 * when the process is about to stop, and the refusal of requests that are ambiguous.
 */
export function addHooks(
  server: FastifyInstance,
  requests: InFlightRequests,
  drain: Drain,
  observe: RequestObserver,
): void {
  countRequests(server, requests, observe);
  sendAway(server, drain);
  carryContext(server);
  refuseRepeatedHeaders(server);
}

function carryContext(server: FastifyInstance): void {
  const contexts = new WeakMap<FastifyRequest, Context>();
  server.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    const { traceparent } = request.headers;
    // Several arrive as one text, which is not valid, as the recommendation asks for.
    const trace = continueTrace(typeof traceparent === 'string' ? traceparent : undefined);
    const context: Context = { requestId: request.id, trace };
    contexts.set(request, context);
    RequestContext.resume(context, done);
  });
  // The body arrives outside of the context of the first hook; this one enters it again.
  server.addHook('preValidation', (request, _reply, done) => {
    const context = contexts.get(request);
    if (context === undefined) done();
    else RequestContext.resume(context, done);
  });
}

/** Who keeps a connection to a process that is about to stop makes the next one to another. */
function sendAway(server: FastifyInstance, drain: Drain): void {
  server.addHook('onSend', (_request, reply, _payload, done) => {
    if (drain.isAnnounced) void reply.header('connection', 'close');
    done();
  });
}

function countRequests(server: FastifyInstance, requests: InFlightRequests, observe: RequestObserver): void {
  server.addHook('onRequest', (_request, reply, done) => {
    requests.begin();
    // Unlike the hook for sent answers, this one also comes when the caller hangs up.
    reply.raw.once('close', () => {
      requests.end();
    });
    done();
  });
  server.addHook('onResponse', (request, reply, done) => {
    observe({
      route: request.is404 ? 'unmatched' : (request.routeOptions.url ?? 'unmatched'),
      method: METHODS.has(request.method) ? request.method : '_OTHER',
      statusClass: `${Math.floor(reply.statusCode / 100)}xx`,
      durationMs: reply.elapsedTime,
    });
    done();
  });
}

/** Answers 405 on a path that has other methods, and with them. */
export function refuseWrongMethods(server: FastifyInstance): void {
  const routes = new RouteTable();
  server.addHook('onRoute', ({ url, method }) => {
    routes.add(url, method);
  });
  server.addHook('onRequest', (request, reply, done) => {
    const path = pathOf(request.url);
    const methods = request.is404 ? routes.methodsOf(path) : [];
    if (methods.length === 0) {
      done();
      return;
    }
    void reply.header('allow', methods.join(', '));
    refuse(405, request, reply);
  });
}

/**
 * Refuses requests with a second line of a header that has one value. Node keeps the first and drops the others without
 * a word (`Host`, `Authorization`, `Content-Type`), and a proxy may have gone by another one.
 */
function refuseRepeatedHeaders(server: FastifyInstance): void {
  server.addHook('onRequest', (request, reply, done) => {
    const { rawHeaders, headers, httpVersion } = request.raw;
    const isUnaddressed = headers.host === undefined && httpVersion !== '1.0';
    const repeated = repeatedIn(rawHeaders);
    // Node joins the lines, which can make one good key of two bad ones; an empty one is refused by its own name.
    if (repeated.has(IDEMPOTENCY_KEY)) headers[IDEMPOTENCY_KEY] = '';
    if (!isUnaddressed && SINGLE_LINE_HEADERS.every((name) => !repeated.has(name))) done();
    else refuse(400, request, reply.header('connection', 'close'));
  });
}

/** RFC 9110, 5.3, and for `Host` RFC 9112, 3.2, which also asks for one. */
const SINGLE_LINE_HEADERS = ['host', 'authorization', 'content-type', 'content-length'];
const IDEMPOTENCY_KEY = 'idempotency-key';

/** The names, in lower case, of headers with several lines. */
function repeatedIn(rawHeaders: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? '';
    if (seen.has(name)) repeated.add(name);
    seen.add(name);
  }
  return repeated;
}

function refuse(status: number, request: FastifyRequest, reply: FastifyReply): void {
  sendProblem(reply, problemOfStatus(status, { instance: pathOf(request.url), requestId: request.id }));
}
