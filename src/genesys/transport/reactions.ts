import {
  UpstreamError,
  UpstreamForbiddenError,
  UpstreamInvalidResponseError,
  UpstreamRejectedError,
  UpstreamServerError,
  UpstreamThrottledError,
  UpstreamTimeoutError,
  UpstreamUnauthorizedError,
  UpstreamUnavailableError,
} from '../../common/errors/upstream.errors';

/** Outcomes of a request to the platform. */
export type AnswerClass =
  | 'ok'
  | 'throttled'
  | 'unauthorized'
  | 'forbidden'
  | 'gone'
  | 'conflict'
  | 'rejected'
  | 'server-error'
  | 'invalid'
  | 'time-out'
  | 'unreachable'
  | 'breaker-open'
  | 'no-token'
  | 'overload'
  | 'internal';

export interface Reaction {
  /** Outcome of the beat. */
  readonly beat: 'ok' | 'failed' | 'postponed' | 'gone';
  /** Whether the conversation counts as disconnected. */
  readonly disconnect: 'confirmed' | 'gone' | 'retry';
}

/**
 * Reaction to each outcome. Only failures of the conversation itself count against it: throttling, a missing
 * permission, a failed login, an unreachable platform and failures of this service tell nothing about the conversation,
 * and must not disconnect a customer.
 */
export const REACTIONS: Readonly<Record<AnswerClass, Reaction>> = {
  ok: { beat: 'ok', disconnect: 'confirmed' },
  throttled: { beat: 'postponed', disconnect: 'retry' },
  unauthorized: { beat: 'postponed', disconnect: 'retry' },
  forbidden: { beat: 'postponed', disconnect: 'retry' },
  gone: { beat: 'gone', disconnect: 'gone' },
  conflict: { beat: 'failed', disconnect: 'gone' },
  rejected: { beat: 'failed', disconnect: 'retry' },
  'server-error': { beat: 'failed', disconnect: 'retry' },
  invalid: { beat: 'failed', disconnect: 'retry' },
  'time-out': { beat: 'failed', disconnect: 'retry' },
  unreachable: { beat: 'postponed', disconnect: 'retry' },
  'breaker-open': { beat: 'postponed', disconnect: 'retry' },
  'no-token': { beat: 'postponed', disconnect: 'retry' },
  overload: { beat: 'postponed', disconnect: 'retry' },
  internal: { beat: 'postponed', disconnect: 'retry' },
};

/** The class of an error; undefined stands for an answer that is not an error. */
export function classOf(error: unknown): AnswerClass {
  if (error === undefined) return 'ok';
  if (!(error instanceof UpstreamError)) return 'internal';
  if (error.dependency === 'login') return 'no-token';
  if (error instanceof UpstreamUnavailableError) return error.reason;
  if (error instanceof UpstreamRejectedError) return classOfRejection(error);
  return CLASSES.find(([type]) => error instanceof type)?.[1] ?? 'internal';
}

const CLASSES = [
  [UpstreamThrottledError, 'throttled'],
  [UpstreamUnauthorizedError, 'unauthorized'],
  [UpstreamForbiddenError, 'forbidden'],
  [UpstreamServerError, 'server-error'],
  [UpstreamInvalidResponseError, 'invalid'],
  [UpstreamTimeoutError, 'time-out'],
] as const;

function classOfRejection({ gone, status }: UpstreamRejectedError): AnswerClass {
  if (gone) return 'gone';
  return status === 409 ? 'conflict' : 'rejected';
}
