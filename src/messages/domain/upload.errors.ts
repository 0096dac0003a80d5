import { DomainError } from '../../common/errors/domain.errors';

/**
 * The caller has reached its limit of concurrent uploads. Nothing was read or sent; other callers are not affected.
 */
export class CallerUploadLimitReachedError extends DomainError {
  readonly code = 'caller-upload-limit-reached';
  readonly kind = 'rate-limited';
  readonly title = 'Too many uploads of the caller';
  override readonly retryAfterMs = 1_000;

  constructor(limit: number) {
    super(`The caller may have ${limit} ${limit === 1 ? 'upload' : 'uploads'} under way at a process.`);
  }
}

/** This process has reached its limit of concurrent uploads. Nothing was read or sent. */
export class TooManyUploadsError extends DomainError {
  readonly code = 'too-many-uploads';
  readonly kind = 'unavailable';
  readonly title = 'Too many uploads';
  override readonly retryAfterMs = 1_000;

  constructor(limit: number) {
    super(`There are ${limit} uploads under way already.`);
  }
}
