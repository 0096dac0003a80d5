import { Logger, NotFoundException } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RouteAccess } from '../common/access/route-access';
import { acceptsCoding } from '../common/http/accept';
import { type ConsoleFile, ConsoleFiles } from './console-files';

/** The pages hold no data: they read it from the API. */
const ACCESS: RouteAccess = { kind: 'public' };
const OPTIONS = { config: { access: ACCESS } };

/**
 * Serves the front end of the console below `/console/`, and redirects to it from `/console`. Where it was not built,
 * every path there is 404, and a line says so at the start.
 */
export function serveConsole(server: FastifyInstance, folder: string): void {
  const files = ConsoleFiles.read(folder);
  if (files.isEmpty) new Logger('Console').warn({ message: 'Console pages not built', reason: 'no-index' });
  const serve = (path: string, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const file = files.find(path);
    if (file === undefined) throw new NotFoundException();
    return send(file, request, reply);
  };
  server.get('/console', OPTIONS, (_request, reply) => {
    if (files.isEmpty) throw new NotFoundException();
    return reply.redirect('/console/');
  });
  server.get('/console/', OPTIONS, (request, reply) => serve('', request, reply));
  server.get('/console/*', OPTIONS, (request, reply) => {
    const { '*': path = '' } = request.params as { readonly '*'?: string };
    return serve(path, request, reply);
  });
}

/** Sends the preferred one of the forms that the client accepts. */
function send(file: ConsoleFile, { headers }: FastifyRequest, reply: FastifyReply): FastifyReply {
  const accepted = file.compressed.find(({ coding }) => acceptsCoding(headers['accept-encoding'], coding));
  if (accepted !== undefined) void reply.header('content-encoding', accepted.coding);
  return reply
    .headers({ 'content-type': file.type, 'cache-control': file.cacheControl, vary: 'accept-encoding' })
    .send(accepted?.content ?? file.content);
}
