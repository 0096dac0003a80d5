import { DomainError } from '../../common/errors/domain.errors';
import type { KeptProblem } from './stored-response';

/** The `Idempotency-Key` is invalid. Nothing was looked up and nothing has changed. */
export class IdempotencyKeyInvalidError extends DomainError {
  readonly code = 'idempotency-key-invalid';
  readonly kind = 'invalid-input';
  readonly title = 'The idempotency key is not acceptable';

  constructor() {
    super('Idempotency-Key must be 1 to 255 visible ASCII characters, or a quoted string of as many.');
  }
}

/** The caller has used the key for another request. This request had no effect. */
export class IdempotencyKeyReusedError extends DomainError {
  readonly code = 'idempotency-key-reused';
  readonly kind = 'unprocessable';
  readonly title = 'The idempotency key belongs to another request';

  constructor() {
    super('This Idempotency-Key was used for a request with another body.');
  }
}

/** An earlier request with the same key has no response yet. */
export class RequestInProgressError extends DomainError {
  readonly code = 'request-in-progress';
  readonly kind = 'conflict';
  readonly title = 'The same request is being served';
  override readonly retryAfterMs = 1_000;

  constructor() {
    super('A request with this Idempotency-Key is still being served.');
  }
}

/**
 * The problem that was the response to an earlier request with the same key. It has no retry hint: the same key would
 * get the same response again.
 */
export class ReplayedProblemError extends DomainError {
  readonly code: string;
  readonly kind: KeptProblem['kind'];
  readonly title: string;
  override readonly isReplayed = true;

  constructor({ code, kind, title, detail, reason }: KeptProblem) {
    super(detail);
    this.code = code;
    this.kind = kind;
    this.title = title;
    if (reason !== undefined) Object.assign(this, { reason });
  }
}
