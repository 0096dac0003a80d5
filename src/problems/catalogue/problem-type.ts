/**
 * Tells whether to retry the request: `no`, not before an operator or the caller has acted; `changed`, after a change
 * of it; `later`, as it is, after `Retry-After` or a growing pause.
 */
export const RETRIES = ['no', 'changed', 'later'] as const;
export type Retry = (typeof RETRIES)[number];

/** Meaning of a problem code, for callers. */
export interface ProblemType {
  /** The title of every problem with this code. */
  readonly title: string;
  readonly statuses: readonly number[];
  readonly meaning: string;
  /** The recommended action of the caller. */
  readonly action: string;
  readonly retry: Retry;
}
