import { DomainError, type InputError } from './domain.errors';

/** Maximum number of errors in one response. */
export const MAX_TOLD_ERRORS = 20;

/**
 * A request with content that breaks rules. It names the broken rules, up to 20; if there are more, the message says
 * so. Nothing has changed.
 */
export class InvalidRequestError extends DomainError {
  readonly code = 'validation-failed';
  readonly kind = 'invalid-input';
  readonly title = 'The request breaks a rule';
  override readonly errors: readonly InputError[];

  constructor(errors: readonly InputError[]) {
    super(messageFor(errors.length));
    this.errors = errors.slice(0, MAX_TOLD_ERRORS);
  }
}

function messageFor(count: number): string {
  if (count > MAX_TOLD_ERRORS)
    return `The request has more than ${MAX_TOLD_ERRORS} errors. These are the first.`;
  return `The request has ${count === 1 ? 'one error' : `${count} errors`}.`;
}
