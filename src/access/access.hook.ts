import type { FastifyInstance, FastifyRequest } from 'fastify';
import { RequestContext } from '../common/logging/request-context';
import { accessOf, type RouteAccess } from '../common/access/route-access';
import type { AccessService } from './access.service';
import { RequestCallers } from './request-callers';

/** What is registered beside the controllers, and so has no decorators: the description of the API. */
const DOCS = /^\/(docs|openapi)\b/;

/** Refuses requests to foreign hosts and of foreign pages, on every path there is or is not: see `foreignnessOf`. */
export function refuseForeignRequests(server: FastifyInstance, access: AccessService): void {
  server.addHook('onRequest', ({ raw }, _reply, done) => {
    done(access.refusalOf(raw));
  });
}

/**
 * Finds out who is calling before anything of a request is read, on every route there is, those of plug-ins included.
 * Only a route that is public is served without; where there is no route, there is nothing to protect.
 */
export function identifyCallers(server: FastifyInstance, access: AccessService): void {
  server.addHook('onRequest', async (request) => {
    if (request.is404 || access.isPublic(accessTo(request))) return;
    const caller = await access.identify(request.headers.authorization);
    RequestCallers.set(request, caller);
    RequestContext.actAs(caller.name);
  });
}

/** By the route and not by the address: an address can be spelled in many ways. */
function accessTo(request: FastifyRequest): RouteAccess | undefined {
  if (DOCS.test(request.routeOptions.url ?? '')) return { kind: 'page', page: 'docs' };
  return accessOf(request);
}
