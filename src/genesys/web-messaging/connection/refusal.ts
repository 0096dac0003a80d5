import {
  type UpstreamError,
  UpstreamForbiddenError,
  UpstreamInvalidResponseError,
  UpstreamRejectedError,
  UpstreamServerError,
  UpstreamThrottledError,
  UpstreamTimeoutError,
  UpstreamUnauthorizedError,
} from '../../../common/errors/upstream.errors';
import type { ServerFrame } from '../frames/server-frame';

/** Error code of a frame that states none: the failure is on the platform's side. */
const UNEXPECTED = 5000;
/** Tracing ids that are logged: only strings that look like an id. */
const TRACING_ID = /^[\w-]{1,64}$/;

/** A frame that may hold an error code. */
type FailureFrame = Extract<ServerFrame, { readonly errorCode?: number }>;

/** The error that an answer stands for, with the tracing id of the frame; undefined for a successful answer. */
export function refusalOf(frame: ServerFrame): UpstreamError | undefined {
  if (frame.kind === 'throttled') return traced(new UpstreamThrottledError(frame.retryAfterMs), frame);
  if (frame.kind === 'malformed')
    return traced(new UpstreamInvalidResponseError('a frame without its content'), frame);
  const isRefusal = frame.kind === 'refused' || frame.kind === 'url-refused';
  return isRefusal ? errorOfFrame(frame) : undefined;
}

/** The error that the code of a frame stands for. */
export function errorOfFrame(frame: FailureFrame): UpstreamError {
  const { errorCode } = frame;
  const error = traced(errorOfCode(errorCode ?? UNEXPECTED), frame);
  if (errorCode !== undefined) error.refusal = String(errorCode);
  return error;
}

function traced(error: UpstreamError, { tracingId }: Pick<ServerFrame, 'tracingId'>): UpstreamError {
  if (tracingId !== undefined && TRACING_ID.test(tracingId)) error.tracingId = tracingId;
  return error;
}

function errorOfCode(code: number): UpstreamError {
  if (code === 401) return new UpstreamUnauthorizedError('Genesys Cloud does not accept the guest.');
  if (code === 403)
    return new UpstreamForbiddenError('The deployment does not allow what the guest asked for.');
  if (code === 408) return new UpstreamTimeoutError();
  const isServerError = (code >= 500 && code < 600) || code >= 5000;
  return isServerError ? new UpstreamServerError(code) : new UpstreamRejectedError(code);
}
