import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { hungUpOf } from './hung-up';

/** A signal that aborts when the caller of the request waits for its answer no longer. */
export const HungUp = createParamDecorator((_: undefined, context: ExecutionContext) =>
  hungUpOf(context.switchToHttp().getResponse<FastifyReply>().raw),
);
