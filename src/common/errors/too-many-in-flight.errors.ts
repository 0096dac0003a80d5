import { DomainError } from './domain.errors';

/** The limit of concurrent requests of this kind is reached. This request had no effect. */
export class TooManyInFlightError extends DomainError {
  readonly code = 'too-many-in-flight';
  readonly kind = 'rate-limited';
  readonly title = 'Too many requests of this kind under way';
  override readonly retryAfterMs = 1_000;

  /** `reason` names the limit that is reached: the caller's own, or that of all callers together. */
  constructor(override readonly reason: 'caller' | 'all') {
    super(
      reason === 'caller'
        ? 'The caller has as many requests of this kind under way at this process as it may.'
        : 'This process serves as many requests of this kind as it can.',
    );
  }
}
