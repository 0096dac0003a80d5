/** Name of the limit of callers, in headers and in the count of refusals. */
export const CALLER_POLICY = 'caller';

/** Window in which quotas are counted. */
export const QUOTA_WINDOW_MS = 60_000;

/** Rounding error of a bucket that counts in fractions of a request. */
const ROUNDING = 1e-6;

/** State of a caller's quota after one of its requests. */
export interface Quota {
  /** Requests allowed per minute. */
  readonly perMinute: number;
  /** Whether the request was one too many. Such a request is not counted. */
  readonly isExceeded: boolean;
  /** Requests that the caller may still make at once. */
  readonly left: number;
  /** Milliseconds, at least one, until one more request fits. */
  readonly moreInMs: number;
}

/** The quota of a caller that has so many requests left, in fractions, of which it has `perMinute` a minute. */
export function quotaOf(perMinute: number, left: number, isExceeded: boolean): Quota {
  const exact = Math.max(0, left) + ROUNDING;
  const moreInMs = Math.ceil(((1 - (exact % 1)) * QUOTA_WINDOW_MS) / perMinute);
  return { perMinute, isExceeded, left: Math.floor(exact), moreInMs };
}
