import { applyDecorators, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiExtension } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { routeFacts } from './route-facts';

/** Marks the route in the API description: its body is neither parsed nor validated before its own check. */
export const RAW_BODY_EXTENSION = 'x-raw-body';

/** The part of a request that identifies its route. */
interface RoutedRequest {
  readonly routeOptions: { readonly config?: object };
}

/** The body of the route stays unparsed, because its signature is over the bytes; `@RawBody()` gives it. */
export function TakesRawBody(): MethodDecorator {
  return applyDecorators(
    routeFacts({ takesRawBody: true }),
    ApiExtension(RAW_BODY_EXTENSION, true),
    ApiConsumes('application/json'),
    ApiBody({ required: true, schema: { type: 'object', additionalProperties: true } }),
  );
}

export function takesRawBody({ routeOptions: { config } }: RoutedRequest): boolean {
  return (config as { readonly takesRawBody?: boolean } | undefined)?.takesRawBody === true;
}

/** The bytes of the body on a route with `@TakesRawBody()`; none without a body. */
export const RawBody = createParamDecorator((_: unknown, context: ExecutionContext): Buffer => {
  const { body } = context.switchToHttp().getRequest<FastifyRequest>();
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
});
