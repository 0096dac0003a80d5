import { DomainError, type ErrorKind } from '../../common/errors/domain.errors';

/** The answer to an opening that succeeded. */
export interface OpenedAnswer {
  readonly location: string;
  readonly etag: string;
  /** Survives being written as JSON and read again without a change. */
  readonly body: object;
}

/** An answer, and where it comes from: the opening itself, one that was taken over half way, or an earlier request. */
export interface IdempotentResult {
  readonly answer: OpenedAnswer;
  readonly from: 'opened' | 'taken-over' | 'replayed';
}

/** What an error tells its caller, but for the request that it answers. */
export interface KeptProblem {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly title: string;
  readonly detail: string;
  readonly reason?: string;
}

/** What a request with a key was answered, for whoever sends it again. */
export type StoredResponse = { readonly opened: OpenedAnswer } | { readonly problem: KeptProblem };

/** What becomes of a key when its opening is over: it keeps the answer, or it is as if it had never been used. */
export type KeyDisposition = StoredResponse | 'forgotten';

/** Of an error that has no name only that there was one. */
export function problemKeptOf(error: unknown): { readonly problem: KeptProblem } {
  if (!(error instanceof DomainError))
    return { problem: { code: 'internal', kind: 'internal', title: 'Internal error', detail: '' } };
  const { code, title, message: detail, reason } = error;
  // A replica of the release before has no other kind for it, and answers both with the same status.
  const kind = error.kind === 'upstream-failed' ? 'upstream-rejected' : error.kind;
  return { problem: { code, kind, title, detail, ...(reason === undefined ? {} : { reason }) } };
}
