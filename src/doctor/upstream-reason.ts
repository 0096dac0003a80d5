import { codesOf } from '../common/errors/failure-text';
import { UpstreamError } from '../common/errors/upstream.errors';

/** The reason of a failed request: the platform's status and error code, or the codes of the connection; no body. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof UpstreamError)) throw error;
  const details = error.refusal === undefined ? codesOf(error.cause) : [error.refusal];
  const correlation = error.correlationId === undefined ? [] : [`correlation id ${error.correlationId}`];
  const shown = [...details, ...correlation].join(', ');
  return shown === '' ? error.title : `${error.title}: ${shown}`;
}
