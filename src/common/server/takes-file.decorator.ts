import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiConsumes } from '@nestjs/swagger';
import { routeFacts } from './route-facts';

/** The part of a request that identifies its route. */
interface RoutedRequest {
  readonly routeOptions: { readonly config?: object };
}

/** The body of the route is a file, of any type and without the limits of other bodies; `@FileInBody()` gives it. */
export function TakesFile(): MethodDecorator {
  return applyDecorators(
    routeFacts({ takesFile: true }),
    ApiConsumes('*/*'),
    ApiBody({
      required: true,
      description: 'The bytes of the file. `Content-Type` is its media type, and `Content-Length` its size.',
      schema: { type: 'string', format: 'binary' },
    }),
  );
}

export function takesFile({ routeOptions: { config } }: RoutedRequest): boolean {
  return (config as { readonly takesFile?: boolean } | undefined)?.takesFile === true;
}
