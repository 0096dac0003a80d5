import { DomainError } from './domain.errors';

/**
 * The database refuses the values of a statement: a constraint, a range, a character that it cannot store. No part of
 * the transaction is durable, and a repetition would be refused again. Requests are validated before they are stored,
 * so callers see an internal error.
 */
export class DataRefusedError extends DomainError {
  readonly code = 'internal';
  readonly kind = 'internal';
  readonly title = 'Internal error';

  /** `refusal` is the code of the driver with names of the schema: no value of a row. */
  constructor(readonly refusal: string) {
    super(`The database refused the data: ${refusal}.`);
  }
}
