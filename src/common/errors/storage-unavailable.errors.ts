import { DomainError } from './domain.errors';

/** The database cannot be used at the moment. No part of the failed transaction is durable. */
export class StorageUnavailableError extends DomainError {
  readonly code = 'storage-unavailable';
  readonly kind = 'unavailable';
  readonly title = 'The service cannot reach its database';
  override readonly retryAfterMs = 2_000;
  override readonly isTransient = true;

  constructor(options?: ErrorOptions & { readonly isFull?: boolean }) {
    super(
      options?.isFull === true
        ? 'The storage of the database is full. The service can read, and write again when there is space.'
        : 'The service cannot reach its database at the moment.',
      options,
    );
  }
}
