/**
 * No complete answer arrived: the network failed, or the time was over; `cause` says which. A request that is not
 * idempotent may have taken effect.
 */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';

  /** `request` is its method and its path. */
  constructor(request: string, options: { readonly cause: unknown }) {
    super(`No answer to ${request}`, options);
  }
}
