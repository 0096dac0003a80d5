/** What the limit of callers is called, in headers and in the count of refusals. */
export const CALLER_POLICY = 'caller';

/** Quotas are counted by the minute. */
export const QUOTA_WINDOW_MS = 60_000;

/** How a caller stands after one of its requests. */
export interface Quota {
  /** Requests in a minute. */
  readonly perMinute: number;
  /** Whether the request was one too many. Such a one is not counted. */
  readonly isExceeded: boolean;
  /** Requests that fit at once. */
  readonly left: number;
  /** Milliseconds, at least one, until one more fits than now. */
  readonly moreInMs: number;
}
