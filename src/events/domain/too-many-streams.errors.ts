import { DomainError } from '../../common/errors/domain.errors';

/** This process serves as many event streams as it may. */
export class TooManyStreamsError extends DomainError {
  readonly code = 'too-many-streams';
  readonly kind = 'unavailable';
  readonly title = 'Too many event streams';
  override readonly retryAfterMs = 5_000;

  constructor(max: number) {
    super(`There are ${max} event streams already.`);
  }
}
