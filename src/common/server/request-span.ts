import type { FastifyReply, FastifyRequest } from 'fastify';
import { type StartedSpan, Spans } from '../tracing/spans';

/** Other methods, which no route has, share one label: a caller must not create time series. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
/** Probes and scrapes, which come every few seconds. */
const UNTRACED = /^\/(health|metrics)(\/|$)/;
const FIRST_SERVER_ERROR = 500;

/** The method as a label or a name. */
export function knownMethodOf({ method }: FastifyRequest): string {
  return METHODS.has(method) ? method : '_OTHER';
}

/**
 * Starts the span of a request, which ends when its response was sent or its caller hung up. Undefined while traces are
 * off. Attributes are those of OpenTelemetry's conventions for HTTP, without the path and the query, which hold ids and
 * names: the route stands for them.
 */
export function startRequestSpan(
  request: FastifyRequest,
  reply: FastifyReply,
  traceparent: string | undefined,
): StartedSpan | undefined {
  const route = request.is404 ? undefined : request.routeOptions.url;
  if (!Spans.areOn || UNTRACED.test(route ?? '')) return undefined;
  const method = knownMethodOf(request);
  const span = Spans.ofRequest(route === undefined ? method : `${method} ${route}`, traceparent);
  if (span === undefined) return undefined;
  span.set('http.request.method', method);
  span.set('url.scheme', 'http');
  if (route !== undefined) span.set('http.route', route);
  reply.raw.once('close', () => {
    const { statusCode } = reply.raw;
    // Without it the caller hung up before the response.
    if (reply.raw.headersSent) span.set('http.response.status_code', statusCode);
    if (reply.raw.headersSent && statusCode >= FIRST_SERVER_ERROR) span.fail(String(statusCode));
    span.end();
  });
  return span;
}
