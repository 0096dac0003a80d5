import { DomainError } from './domain.errors';

/** Requests of this kind are served only so many at a time. Nothing of this one was done. */
export class TooManyInFlightError extends DomainError {
  readonly code = 'too-many-in-flight';
  readonly kind = 'rate-limited';
  readonly title = 'Too many requests of this kind under way';
  override readonly retryAfterMs = 1_000;

  /** `reason` tells whose they are: the caller's own, or those of all callers. */
  constructor(override readonly reason: 'caller' | 'all') {
    super(
      reason === 'caller'
        ? 'The caller has as many requests of this kind under way at this process as it may.'
        : 'This process serves as many requests of this kind as it can.',
    );
  }
}
