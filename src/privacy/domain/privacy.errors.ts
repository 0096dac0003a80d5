import { DomainError } from '../../common/errors/domain.errors';

export class GuestNotFoundError extends DomainError {
  readonly code = 'guest-not-found';
  readonly kind = 'not-found';
  readonly title = 'No such guest';

  constructor() {
    super('There are no stored sessions of a guest with this reference.');
  }
}

/** A session of the guest needs the guest's token. Nothing was changed. */
export class GuestSessionLiveError extends DomainError {
  readonly code = 'guest-session-live';
  readonly kind = 'conflict';
  readonly title = 'The guest has a session that is not over';

  constructor() {
    super('A session of the guest lives, or is still being disconnected from Genesys Cloud.');
  }
}
