import type { FastifyInstance, FastifyRequest } from 'fastify';
import { RequestContext } from '../common/logging/request-context';
import { accessOf, type RouteAccess } from '../common/access/route-access';
import type { AccessService } from './access.service';
import type { Caller } from './domain/caller';
import { RequestCallers } from './request-callers';

/** What is registered beside the controllers, and so has no decorators: the description of the API. */
const DOCS = /^\/(docs|openapi)\b/;

/** The caller that a replica proves to have authenticated; undefined for a request that no replica has forwarded. */
export type ForwardedCaller = (request: FastifyRequest) => Caller | undefined;

/** Refuses requests to foreign hosts and of foreign pages, on every path there is or is not: see `foreignnessOf`. */
export function refuseForeignRequests(server: FastifyInstance, access: AccessService): void {
  server.addHook('onRequest', ({ raw }, _reply, done) => {
    done(access.refusalOf(raw));
  });
}

/**
 * Identifies the caller before anything of a request is read, on every route there is, those of plug-ins included.
 * A public route needs no caller; where there is no route, there is nothing to protect.
 */
export function identifyCallers(
  server: FastifyInstance,
  access: AccessService,
  forwardedCallerOf: ForwardedCaller,
): void {
  server.addHook('onRequest', async (request) => {
    if (request.is404 || access.isPublic(accessTo(request))) return;
    const forwarded = forwardedCallerOf(request);
    const caller = forwarded ?? (await access.identify(request.headers.authorization));
    if (forwarded === undefined) RequestCallers.set(request, caller);
    else RequestCallers.setForwarded(request, caller);
    RequestContext.actAs(caller.name);
  });
}

/**
 * Checks that the caller has the scope of the route, before the body is read or anything is done for the request. Refuses
 * every caller on a route that declares no access. It comes after `identifyCallers`, and is the only such check.
 */
export function admitCallers(server: FastifyInstance, access: AccessService): void {
  server.addHook('onRequest', (request, _reply, done) => {
    const caller = RequestCallers.find(request);
    if (caller !== undefined) access.authorize(caller, accessTo(request), request.routeOptions.url);
    done();
  });
}

/** By the route and not by the address: an address can be spelled in many ways. */
function accessTo(request: FastifyRequest): RouteAccess | undefined {
  if (DOCS.test(request.routeOptions.url ?? '')) return { kind: 'page', page: 'docs' };
  return accessOf(request);
}
