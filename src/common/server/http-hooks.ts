import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Drain } from '../lifecycle/drain';
import type { InFlightRequests } from '../lifecycle/in-flight-requests';
import { type Context, RequestContext } from '../logging/request-context';
import { continueTrace } from '../logging/trace';
import { problemOfStatus } from '../problem/problem';
import { pathOf, sendProblem } from '../problem/send-problem';
import { RouteTable } from './route-table';

/** Tells what a request took, after its answer was sent. */
export type RequestObserver = (request: {
  route: string;
  method: string;
  statusClass: string;
  durationMs: number;
}) => void;

/**
 * What happens around every request: its id and trace, its place among those in flight, its time, the end of its connection
 * when the process is about to stop, and the refusal of unclear hosts and wrong methods.
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
  refuseUnclearHosts(server);
  refuseWrongMethods(server);
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
      method: request.method,
      statusClass: `${Math.floor(reply.statusCode / 100)}xx`,
      durationMs: reply.elapsedTime,
    });
    done();
  });
}

function refuseWrongMethods(server: FastifyInstance): void {
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

/** RFC 9112, 3.2: a request has one Host, so that everybody on its way takes it for the same one. */
function refuseUnclearHosts(server: FastifyInstance): void {
  server.addHook('onRequest', (request, reply, done) => {
    const { rawHeaders, httpVersion } = request.raw;
    const hosts = rawHeaders.filter((text, at) => at % 2 === 0 && text.toLowerCase() === 'host').length;
    if (hosts === 1 || (hosts === 0 && httpVersion === '1.0')) done();
    else refuse(400, request, reply.header('connection', 'close'));
  });
}

function refuse(status: number, request: FastifyRequest, reply: FastifyReply): void {
  sendProblem(reply, problemOfStatus(status, { instance: pathOf(request.url), requestId: request.id }));
}
