import { DomainError, type InputError } from './domain.error';

/** A request whose content breaks a rule. Names every broken rule; nothing has changed. */
export class InvalidRequestError extends DomainError {
  readonly code = 'validation-failed';
  readonly kind = 'invalid-input';
  readonly title = 'The request breaks a rule';

  constructor(override readonly errors: readonly InputError[]) {
    super(`The request has ${errors.length === 1 ? 'one error' : `${errors.length} errors`}.`);
  }
}
