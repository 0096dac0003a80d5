import { DomainError } from '../errors/domain.errors';

/** Whether work that failed can succeed when it is repeated, so that its item is no poison message. */
export function isTransient(error: unknown): boolean {
  return error instanceof DomainError && error.isTransient === true;
}
