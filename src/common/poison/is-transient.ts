import { DomainError } from '../errors/domain.errors';

/** Tells whether failed work can succeed when repeated, so that its item is not a poison message. */
export function isTransient(error: unknown): boolean {
  return error instanceof DomainError && error.isTransient === true;
}
