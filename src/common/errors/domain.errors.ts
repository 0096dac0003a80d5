/** What sort of trouble an error is. The one table from kind to HTTP status lives in the problem filter. */
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

/** One thing wrong with a request; `pointer` is a JSON pointer as a URI fragment, `#/durationLimit`. */
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
 */
export abstract class DomainError extends Error {
  abstract readonly code: string;
  abstract readonly kind: ErrorKind;
  abstract readonly title: string;
  /** When trying again makes sense, in milliseconds from now. */
  readonly retryAfterMs?: number;
  /** Which of several causes, where a code has several; a closed set per code. */
  readonly reason?: string;
  /** Why, for operators and auditors only, where the caller must not know; a closed set per code. */
  readonly hiddenReason?: string;
  /** The name of the policy that decided, where policies have a say. */
  readonly policy?: string;
  /** The scope that the caller lacks. */
  readonly scope?: string;
  /** The caller was told this before, for the same idempotency key. */
  readonly isReplayed?: boolean;
  /** The same work can succeed when it is repeated: no item of it is the cause. */
  readonly isTransient?: boolean;
  /** Present on errors about input: what is wrong, up to a bound, and not only the first. */
  readonly errors?: readonly InputError[];

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }

  /** Whether somebody wanted something that they may not, or not now. */
  get isRefusal(): boolean {
    return this.hiddenReason !== undefined || REFUSING.includes(this.kind);
  }
}
