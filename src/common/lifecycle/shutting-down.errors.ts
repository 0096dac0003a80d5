import { DomainError } from '../errors/domain.errors';

/** The process is stopping and accepts no new work; another replica will, or this one after its restart. */
export class ShuttingDownError extends DomainError {
  readonly code = 'shutting-down';
  readonly kind = 'unavailable';
  readonly title = 'The service is shutting down';
  override readonly retryAfterMs = 2_000;

  constructor() {
    super('The service is shutting down and opens no new sessions.');
  }
}
