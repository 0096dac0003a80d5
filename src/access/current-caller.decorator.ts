import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { RequestCallers } from './request-callers';

/** The caller of the request, on routes that are not public. */
export const CurrentCaller = createParamDecorator((_: undefined, context: ExecutionContext) =>
  RequestCallers.get(context.switchToHttp().getRequest<object>()),
);
