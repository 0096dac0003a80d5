/** Name of the quota of callers, in headers and in the count of refusals. */
export const CALLER_POLICY = 'caller';

/** Window in which quotas are counted. */
export const QUOTA_WINDOW_MS = 60_000;

/** State of a caller's quota after one of its requests. */
export interface Quota {
  /** Requests allowed per minute. */
  readonly perMinute: number;
  /** True if the request exceeded the quota. Such a request is not counted. */
  readonly isExceeded: boolean;
  /** Requests that the caller may still make at once. */
  readonly left: number;
  /** Milliseconds, at least one, until one more request fits. */
  readonly moreInMs: number;
}
