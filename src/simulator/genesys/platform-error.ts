import { Answer, jsonAnswer } from '../server/answer';

export interface ErrorDetail {
  readonly errorCode: string;
  readonly fieldName: string;
}

const USUAL: Readonly<Record<number, readonly [code: string, message: string]>> = {
  400: ['bad.request', 'The request could not be understood by the server due to malformed syntax.'],
  401: ['bad.credentials', 'Invalid login credentials.'],
  403: ['missing.permissions', 'You are missing the following permission(s): conversation:write'],
  404: ['not.found', 'The requested resource was not found.'],
  405: ['method.not.allowed', 'The method is not allowed for this resource.'],
  409: ['conflict', 'The request conflicts with the state of the resource.'],
  413: ['request.entity.too.large', 'The request is larger than 512000 bytes.'],
  429: ['too.many.requests', 'Rate limit exceeded the maximum.'],
  500: ['internal.server.error', 'The server encountered an unexpected condition.'],
  503: ['service.unavailable', 'Service Unavailable - The server is currently unavailable.'],
  504: ['authentication.request.timeout', 'Authentication request timeout.'],
};

/** An error of the platform, with a correlation id of its own. */
export interface PlatformFailure {
  readonly status: number;
  readonly code?: string;
  readonly message?: string;
  readonly details?: readonly ErrorDetail[];
}

export function platformError(failure: PlatformFailure, correlationId: string): Answer {
  const { status, details = [] } = failure;
  const [usualCode, usualMessage] = USUAL[status] ?? [
    status < 500 ? 'bad.request' : 'internal.server.error',
    `Error ${status}.`,
  ];
  const { code = usualCode, message = usualMessage } = failure;
  return jsonAnswer(status, { message, code, status, contextId: correlationId, details, errors: [] });
}

/** Makes the body of a 429; all of them have this shape, and `seconds` is repeated in the text. */
export function tooManyRequests(retryAfter: string, correlationId: string): Answer {
  const message = `Rate limit exceeded the maximum. Retry the request in [${retryAfter}] seconds`;
  const answer = platformError(
    { status: 429, code: 'too.many.requests.retry.after', message },
    correlationId,
  );
  return { ...answer, headers: { ...answer.headers, 'retry-after': retryAfter } };
}
