import { DomainError } from '../../common/errors/domain.errors';
import { UpstreamError } from '../../common/errors/upstream.errors';

/** Genesys Cloud does not accept the guest's login, or not any more. */
export class GuestNotAuthenticatedError extends UpstreamError {
  readonly code = 'guest-not-authenticated';
  readonly kind = 'forbidden';
  override readonly title = 'The guest is not authenticated';
  override mayHaveTakenEffect = false;

  constructor(options?: ErrorOptions) {
    super('Genesys Cloud does not accept the login of the guest.', options);
  }
}

const DETAILS = {
  login: 'The deployment does not let guests log in.',
  'step-up': 'The deployment does not let guests log in during a session.',
} as const;

/** The deployment does not allow the requested authentication. Nothing was sent. */
export class AuthenticationNotEnabledError extends UpstreamError {
  readonly code = 'authentication-not-enabled';
  readonly kind = 'conflict';
  override readonly title = 'The deployment does not let guests log in';
  override mayHaveTakenEffect = false;

  constructor(override readonly reason: keyof typeof DETAILS) {
    super(DETAILS[reason]);
  }
}

/** The deployment accepts only guests that log in when the session is opened. Nothing was sent. */
export class AuthenticationRequiredError extends UpstreamError {
  readonly code = 'authentication-required';
  readonly kind = 'conflict';
  override readonly title = 'The deployment requires guests to log in';
  override mayHaveTakenEffect = false;

  constructor() {
    super('The deployment accepts messages of authenticated guests only.');
  }
}

/** There is no login to end. Nothing was sent. */
export class GuestNotLoggedInError extends DomainError {
  readonly code = 'guest-not-logged-in';
  readonly kind = 'conflict';
  readonly title = 'The guest is not logged in';

  constructor() {
    super('The guest of this session has not logged in.');
  }
}
