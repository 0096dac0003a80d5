import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

/** A signal that aborts when the caller of the request waits for its answer no longer. */
export const HungUp = createParamDecorator((_: undefined, context: ExecutionContext) => {
  const { raw } = context.switchToHttp().getResponse<FastifyReply>();
  const controller = new AbortController();
  const abort = (): void => {
    controller.abort();
  };
  if (raw.destroyed) abort();
  raw.once('close', abort);
  return controller.signal;
});
