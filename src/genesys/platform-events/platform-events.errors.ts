import { DomainError } from '../../common/errors/domain.errors';

/** An event without one of the configured secrets. */
export class EventSecretError extends DomainError {
  readonly code = 'event-secret-invalid';
  readonly kind = 'unauthenticated';
  readonly title = 'The sender of the event is not known';

  constructor() {
    super('The request has no secret of a sender of platform events.');
  }
}
