/** The kind of an error. The problem filter holds the only table from kind to HTTP status. */
export type ErrorKind =
  | 'invalid-input'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'unprocessable'
  | 'rate-limited'
  | 'upstream-rejected'
  | 'upstream-failed'
  | 'upstream-unavailable'
  | 'upstream-timeout'
  | 'unavailable'
  | 'internal';

const REFUSING: readonly ErrorKind[] = ['unauthenticated', 'forbidden', 'rate-limited', 'unprocessable'];

/** One fault of a request; `pointer` is a JSON pointer as a URI fragment, `#/durationLimit`. */
export interface InputError {
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}

/**
 * An error with a name in the domain. It knows no HTTP.
 *
 * `code` and `title` are constant per class; the message tells of this occurrence, reaches the caller, and
 * therefore never holds upstream text or a secret. What only an operator may see goes into `cause`.
 *
 * @publicApi
 */
export abstract class DomainError extends Error {
  abstract readonly code: string;
  abstract readonly kind: ErrorKind;
  abstract readonly title: string;
  /** Time until a retry makes sense, in milliseconds. */
  readonly retryAfterMs?: number;
  /** One of several causes, if a code has several; a closed set per code. */
  readonly reason?: string;
  /** The reason for operators and auditors only, if the caller must not know it; a closed set per code. */
  readonly hiddenReason?: string;
  /** The name of the policy that decided, if policies are involved. */
  readonly policy?: string;
  /** The scope that the caller lacks. */
  readonly scope?: string;
  /** True if this is the stored response of an earlier request with the same idempotency key. */
  readonly isReplayed?: boolean;
  /** True if the same work can succeed when repeated: none of its items is the cause. */
  readonly isTransient?: boolean;
  /** The faults of the input, up to a bound; present on errors about input. */
  readonly errors?: readonly InputError[];

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }

  /** True if a caller was refused by a rule, for good or for now. */
  get isRefusal(): boolean {
    return this.hiddenReason !== undefined || REFUSING.includes(this.kind);
  }
}
