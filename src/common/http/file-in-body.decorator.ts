import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type FileInRequest, incomingFileOf } from './incoming-file';

/** The body of a route with `@TakesFile()`, unread; see `incomingFileOf`. */
export const FileInBody = createParamDecorator((_: undefined, context: ExecutionContext): FileInRequest => {
  const http = context.switchToHttp();
  return incomingFileOf(http.getRequest<FastifyRequest>().raw, http.getResponse<FastifyReply>());
});
