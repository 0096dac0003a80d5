import type { Attempt } from '../api/schemas';

/** The error of an attempt with its HTTP status, which the error may name already; undefined for an accepted one. */
export function errorText({ status, error }: Pick<Attempt, 'status' | 'error'>): string | undefined {
  const named = status === undefined ? undefined : `status ${status}`;
  if (named === undefined || error?.includes(String(status)) === true) return error;
  return error === undefined ? named : `${named}: ${error}`;
}
