import { type ArgumentMetadata, ValidationPipe } from '@nestjs/common';
import { InvalidRequestError } from '../errors/invalid-request.error';
import { MalformedJsonError } from './malformed-json.error';
import { toInputErrors } from './input-errors';

/**
 * Turns request data into DTOs, whose decorators are the rules. Unknown fields are refused, nothing is converted
 * silently, and everything that is wrong is told at once.
 */
export class StrictValidationPipe extends ValidationPipe {
  constructor() {
    super({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: true,
      exceptionFactory: (errors) => new InvalidRequestError(toInputErrors(errors)),
    });
  }

  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type === 'body') assertObject(value);
    assertOwnNames(value);
    return super.transform(value, metadata) as Promise<unknown>;
  }
}

function assertObject(body: unknown): asserts body is object {
  if (body === undefined) throw new MalformedJsonError('The request has no body.');
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new InvalidRequestError([{ pointer: '#', code: 'type', detail: 'must be a JSON object' }]);
  }
}

/** Names that every object has would not be found unknown: class-transformer leaves such fields out in silence. */
function assertOwnNames(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  const errors = Object.keys(value)
    .filter((name) => name in Object.prototype)
    .map((name) => ({
      pointer: `#/${name}`,
      code: 'unknown-field',
      detail: 'is not a field of this request',
    }));
  if (errors.length > 0) throw new InvalidRequestError(errors);
}
