import { DomainError } from '../../common/errors/domain.errors';

/** The caller has as many event streams in this process as it may. Other callers are not touched. */
export class TooManyCallerStreamsError extends DomainError {
  readonly code = 'too-many-caller-streams';
  readonly kind = 'rate-limited';
  readonly title = 'Too many event streams of the caller';
  override readonly retryAfterMs = 5_000;

  constructor(share: number) {
    super(`The caller may have ${share} event ${share === 1 ? 'stream' : 'streams'} at once.`);
  }
}
