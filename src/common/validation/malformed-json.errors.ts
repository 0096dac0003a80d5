import { DomainError } from '../errors/domain.errors';

/** The body is not JSON, or not JSON that the service accepts. */
export class MalformedJsonError extends DomainError {
  readonly code = 'malformed-json';
  readonly kind = 'invalid-input';
  readonly title = 'The request body is not acceptable JSON';
}
