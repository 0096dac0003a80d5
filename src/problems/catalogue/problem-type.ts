/**
 * Whether the same request makes sense again: `no`, not before somebody acted; `changed`, when it says something
 * else; `later`, as it is, after `Retry-After` or a growing pause.
 */
export const RETRIES = ['no', 'changed', 'later'] as const;
export type Retry = (typeof RETRIES)[number];

/** What a problem code means, for whoever meets it. */
export interface ProblemType {
  /** The same as on every problem with this code. */
  readonly title: string;
  readonly statuses: readonly number[];
  readonly meaning: string;
  /** What the caller should do. */
  readonly action: string;
  readonly retry: Retry;
}
