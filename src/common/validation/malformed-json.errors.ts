import { DomainError } from '../errors/domain.errors';

/** The body is not JSON that we are willing to read. */
export class MalformedJsonError extends DomainError {
  readonly code = 'malformed-json';
  readonly kind = 'invalid-input';
  readonly title = 'The request body is not acceptable JSON';
}
