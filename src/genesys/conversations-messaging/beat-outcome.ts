import { UpstreamError, UpstreamRejectedError } from '../../common/errors/upstream.errors';
import type { BeatOutcome } from '../../session/ports/guest-channel';

/**
 * What an error says about the conversation whose beat met it. Only the conversation's own failures count against
 * it: throttling, a missing permission, a token that cannot be had and a platform that cannot be reached tell
 * nothing about the conversation, and must not disconnect a customer.
 */
const COUNTS_AGAINST_CONVERSATION: Readonly<Record<string, boolean>> = {
  'upstream-throttled': false,
  'upstream-unauthorized': false,
  'upstream-forbidden': false,
  'upstream-unavailable': false,
  'upstream-rejected': true,
  'upstream-error': true,
  'upstream-invalid-response': true,
  'upstream-timeout': true,
};

export function beatOutcomeOf(error: unknown): BeatOutcome {
  if (error === undefined) return { kind: 'ok' };
  if (!(error instanceof UpstreamError)) return { kind: 'postponed', cause: 'internal' };
  if (error.dependency === 'login') return postponed('no-token', error);
  if (error instanceof UpstreamRejectedError && error.gone) return { kind: 'gone' };
  if (COUNTS_AGAINST_CONVERSATION[error.code] === true) return { kind: 'failed', cause: error.code };
  return postponed(error.code, error);
}

function postponed(cause: string, { retryAfterMs }: UpstreamError): BeatOutcome {
  return { kind: 'postponed', cause, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}
