import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Drain } from '../lifecycle/drain';
import type { InFlightRequests } from '../lifecycle/in-flight-requests';
import { type Context, RequestContext } from '../logging/request-context';
import { continueTrace } from '../logging/trace';
import { problemOfStatus } from '../problem/problem';
import { pathOf, sendProblem } from '../problem/send-problem';
import { knownMethodOf, startRequestSpan } from './request-span';
import { RouteTable } from './route-table';

/** Called with the measurements of a request after its response. */
export type RequestObserver = (request: {
  route: string;
  method: string;
  statusClass: string;
  durationMs: number;
}) => void;

/**
 * Hooks around every request: its id and trace, its place among those in flight, its duration, the end of its
 * connection during a drain, and the refusal of ambiguous requests.
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
    // Several headers arrive as one invalid text, as the recommendation demands.
    const { traceparent: header } = request.headers;
    const traceparent = typeof header === 'string' ? header : undefined;
    const trace = startRequestSpan(request, reply, traceparent)?.trace ?? continueTrace(traceparent);
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

/** While draining, responses carry `Connection: close`, so that clients reconnect to another replica. */
function sendAway(server: FastifyInstance, drain: Drain): void {
  server.addHook('onSend', (_request, reply, _payload, done) => {
    if (drain.isAnnounced) void reply.header('connection', 'close');
    done();
  });
}

function countRequests(server: FastifyInstance, requests: InFlightRequests, observe: RequestObserver): void {
  server.addHook('onRequest', (_request, reply, done) => {
    requests.begin();
    // Unlike the hook for sent responses, this event also fires when the caller hangs up.
    reply.raw.once('close', () => {
      requests.end();
    });
    done();
  });
  server.addHook('onResponse', (request, reply, done) => {
    observe({
      route: request.is404 ? 'unmatched' : (request.routeOptions.url ?? 'unmatched'),
      method: knownMethodOf(request),
      statusClass: `${Math.floor(reply.statusCode / 100)}xx`,
      durationMs: reply.elapsedTime,
    });
    done();
  });
}

/** Responds with 405, and the allowed methods, on a path that has other methods. */
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
 * Refuses requests with a second line of a header that has one value. Node silently keeps the first (`Host`,
 * `Authorization`, `Content-Type`), and a proxy may have used another one.
 */
function refuseRepeatedHeaders(server: FastifyInstance): void {
  server.addHook('onRequest', (request, reply, done) => {
    const { rawHeaders, headers, httpVersion } = request.raw;
    const isUnaddressed = headers.host === undefined && httpVersion !== '1.0';
    const repeated = repeatedIn(rawHeaders);
    // Node joins the lines, which could make one valid key of two invalid ones; an empty one gets its own refusal.
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
