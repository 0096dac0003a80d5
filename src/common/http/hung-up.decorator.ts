import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { hungUpOf } from './hung-up';

/** A signal that aborts when the caller of the request hangs up, as far as `hungUpOf` notices it. */
export const HungUp = createParamDecorator((_: undefined, context: ExecutionContext) =>
  hungUpOf(context.switchToHttp().getResponse<FastifyReply>().raw),
);
