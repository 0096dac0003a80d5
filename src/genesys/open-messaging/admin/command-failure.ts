import {
  type UpstreamError,
  UpstreamForbiddenError,
  UpstreamRejectedError,
  UpstreamThrottledError,
  UpstreamTimeoutError,
  UpstreamUnavailableError,
} from '../../../common/errors/upstream.errors';
import { codesOf } from '../../../common/errors/failure-text';

/** Result of a failed command: 1 if the platform has answered, 2 if it was not reached or did not answer in time. */
export interface CommandFailure {
  readonly message: string;
  readonly exitCode: 1 | 2;
}

/** Describes a failed request by the platform's status, error code and correlation id; never by the text of a body. */
export function commandFailureOf(error: UpstreamError): CommandFailure {
  if (error instanceof UpstreamUnavailableError || error instanceof UpstreamTimeoutError) {
    const host = error.dependency === 'login' ? 'The login of Genesys Cloud' : 'Genesys Cloud';
    const happened = error instanceof UpstreamTimeoutError ? 'did not answer in time' : 'cannot be reached';
    return { message: `${host} ${happened}${reasonOf(error)}.`, exitCode: 2 };
  }
  const { refusal, correlationId } = error;
  const refused = refusal === undefined ? error.message : `Genesys Cloud refused the request: ${refusal}.`;
  const correlation = correlationId === undefined ? '' : `\nCorrelation id: ${correlationId}.`;
  return { message: `${refused}${correlation}${adviceOn(error)}`, exitCode: 1 };
}

/** Codes of the connection, such as `ECONNREFUSED`, which hold no host and no credential. */
function reasonOf({ cause }: UpstreamError): string {
  const codes = codesOf(cause);
  return codes.length === 0 ? '' : ` (${codes.join(', ')})`;
}

function adviceOn(error: UpstreamError): string {
  if (error instanceof UpstreamForbiddenError && error.dependency === 'api')
    return '\nThe OAuth client needs messaging:integration:view, messaging:integration:add and messaging:integration:edit.';
  if (error instanceof UpstreamRejectedError && error.gone)
    return '\nThere is no such Open Messaging integration.';
  if (error instanceof UpstreamThrottledError)
    return `\nTry again in ${Math.ceil(error.retryAfterMs / 1000)} seconds.`;
  return '';
}
