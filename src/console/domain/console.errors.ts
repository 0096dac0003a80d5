import { DomainError } from '../../common/errors/domain.errors';

/** Too many logins with an invalid credential, from one address or in all. Nothing was checked. */
export class TooManyFailedLoginsError extends DomainError {
  readonly code = 'too-many-failed-logins';
  readonly kind = 'rate-limited';
  readonly title = 'Too many failed logins';

  constructor(override readonly retryAfterMs: number) {
    super('Too many logins have failed; the credential was not looked at.');
  }
}
