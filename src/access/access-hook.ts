import type { FastifyInstance, FastifyRequest } from 'fastify';
import { RequestContext } from '../common/logging/request-context';
import { isBearerOnly } from '../common/access/bearer-only.decorator';
import { accessOf, type RouteAccess } from '../common/access/route-access';
import type { AccessService } from './access.service';
import type { Caller } from './domain/caller';
import { RequestCallers } from './request-callers';

/** Routes registered beside the controllers, and so without decorators: the API description. */
const DOCS = /^\/(docs|openapi)\b/;

/** The caller that a replica proves to have authenticated; undefined for a request that was not forwarded. */
export type ForwardedCaller = (request: FastifyRequest) => Caller | undefined;

/** Refuses requests to foreign hosts and from foreign pages, on every path, existing or not: see `foreignnessOf`. */
export function refuseForeignRequests(server: FastifyInstance, access: AccessService): void {
  server.addHook('onRequest', ({ raw }, _reply, done) => {
    done(access.refusalOf(raw));
  });
}

/**
 * Identifies the caller before any of the request's body is read, on every existing route, including those of
 * plug-ins. A public route needs no caller; an unknown path has nothing to protect.
 */
export function identifyCallers(
  server: FastifyInstance,
  access: AccessService,
  forwardedCallerOf: ForwardedCaller,
): void {
  server.addHook('onRequest', async (request) => {
    if (request.is404 || access.isPublic(accessTo(request))) return;
    const forwarded = forwardedCallerOf(request);
    const caller = forwarded ?? (await access.identifyRequest(request.raw, takesCookie(request)));
    if (forwarded === undefined) RequestCallers.set(request, caller);
    else RequestCallers.setForwarded(request, caller);
    RequestContext.actAs(caller.name);
  });
}

/**
 * Checks that the caller has the scope of the route, before the body is read or any work is done. Refuses every
 * caller on a route without an access rule. It runs after `identifyCallers`, and is the only such check.
 */
export function admitCallers(server: FastifyInstance, access: AccessService): void {
  server.addHook('onRequest', (request, _reply, done) => {
    const caller = RequestCallers.find(request);
    if (caller !== undefined) access.authorize(caller, accessTo(request), request.routeOptions.url);
    done();
  });
}

/** Pages for operators are for programs, and no part of what the console uses. */
function takesCookie(request: FastifyRequest): boolean {
  return !isBearerOnly(request) && accessTo(request)?.kind !== 'page';
}

/** Matches by route instead of address: an address can be spelled in many ways. */
function accessTo(request: FastifyRequest): RouteAccess | undefined {
  if (DOCS.test(request.routeOptions.url ?? '')) return { kind: 'page', page: 'docs' };
  return accessOf(request);
}
