import { DomainError, type ErrorKind } from '../../common/errors/domain.errors';

/** The response to a successful opening. */
export interface OpenedAnswer {
  readonly location: string;
  readonly etag: string;
  /** Stays the same when written as JSON and read again. */
  readonly body: object;
}

/**
 * A response with its origin: the opening itself, an opening that was resumed by another process, or an earlier
 * request.
 */
export interface IdempotentResult {
  readonly answer: OpenedAnswer;
  readonly from: 'opened' | 'taken-over' | 'replayed';
}

/** The fields of an error that its caller sees, except those of the single request. */
export interface KeptProblem {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly title: string;
  readonly detail: string;
  readonly reason?: string;
}

/** The stored response of a request with a key, for its repetitions. */
export type StoredResponse = { readonly opened: OpenedAnswer } | { readonly problem: KeptProblem };

/** The outcome for a key after the opening: it stores the response, or is free again. */
export type KeyDisposition = StoredResponse | 'forgotten';

/** Unknown errors are stored as `internal`, without details. */
export function problemKeptOf(error: unknown): { readonly problem: KeptProblem } {
  if (!(error instanceof DomainError))
    return { problem: { code: 'internal', kind: 'internal', title: 'Internal error', detail: '' } };
  const { code, title, message: detail, reason } = error;
  // A replica of the previous release has no other kind for it, and gives both the same status.
  const kind = error.kind === 'upstream-failed' ? 'upstream-rejected' : error.kind;
  return { problem: { code, kind, title, detail, ...(reason === undefined ? {} : { reason }) } };
}
