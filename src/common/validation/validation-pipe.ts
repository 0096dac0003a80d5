import { type ArgumentMetadata, ValidationPipe } from '@nestjs/common';
import type { InputError } from '../errors/domain.errors';
import { InvalidRequestError } from '../errors/invalid-request.errors';
import { toInputErrors } from './input-errors';
import { pointerTo } from './json-pointer';
import { setLongListsAside } from './long-lists';
import { MalformedJsonError } from './malformed-json.errors';

/** Bound on names and values of a query together; the keys of a body are counted by the JSON parser. */
const MAX_QUERY_FIELDS = 200;

/**
 * Turns request data into DTOs and validates them by their decorators. It refuses unknown fields, converts nothing
 * silently, and reports all faults at once. The work is bounded for any data: a list that is too long is refused
 * unread, and a query with too many fields as a whole.
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

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    // Made by this service, as the caller of a request is.
    if (metadata.type === 'custom') return value;
    if (metadata.type === 'body') assertObject(value);
    if (metadata.type === 'query') assertFewFields(value);
    assertOwnNames(value);
    if (metadata.metatype === undefined) return super.transform(value, metadata) as Promise<unknown>;
    const { rest, errors } = setLongListsAside(value, metadata.metatype);
    if (errors.length === 0) return super.transform(value, metadata) as Promise<unknown>;
    const told = new Set(errors.map(({ pointer }) => pointer));
    // A list that was removed above is not missing.
    const others = (await this.errorsOf(rest, metadata)).filter(({ pointer }) => !told.has(pointer));
    throw new InvalidRequestError([...errors, ...others]);
  }

  private async errorsOf(value: unknown, metadata: ArgumentMetadata): Promise<readonly InputError[]> {
    try {
      await super.transform(value, metadata);
      return [];
    } catch (error) {
      if (error instanceof InvalidRequestError) return error.errors;
      throw error;
    }
  }
}

function assertFewFields(query: unknown): void {
  if (typeof query !== 'object' || query === null) return;
  const fields = Object.values(query).reduce(
    (sum: number, value: unknown) => sum + (Array.isArray(value) ? value.length : 1),
    0,
  );
  if (fields <= MAX_QUERY_FIELDS) return;
  throw new InvalidRequestError([
    { pointer: '#', code: 'too-long', detail: `must have at most ${MAX_QUERY_FIELDS} fields` },
  ]);
}

function assertObject(body: unknown): asserts body is object {
  if (body === undefined) throw new MalformedJsonError('The request has no body.');
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new InvalidRequestError([{ pointer: '#', code: 'type', detail: 'must be a JSON object' }]);
  }
}

/** Names that every object inherits would not count as unknown: class-transformer drops such fields silently. */
function assertOwnNames(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  const errors = Object.keys(value)
    .filter((name) => name in Object.prototype)
    .map((name) => ({
      pointer: pointerTo('#', name),
      code: 'unknown-field',
      detail: 'is not a field of this request',
    }));
  if (errors.length > 0) throw new InvalidRequestError(errors);
}
