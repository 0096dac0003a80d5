import { HttpException, HttpStatus } from '@nestjs/common';
import { DomainError, type ErrorKind, type InputError } from '../errors/domain.errors';

/** An error as callers see it (RFC 9457). */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly instance: string;
  readonly code: string;
  readonly requestId: string;
  /** One of several causes, if a code has several. */
  readonly reason?: string;
  /** The policy that decided, if policies are involved. */
  readonly policy?: string;
  /** The scope that the caller lacks. */
  readonly scope?: string;
  readonly errors?: readonly InputError[];
}

/** The only table from kinds of errors to statuses. */
export const STATUS_OF = {
  'invalid-input': HttpStatus.BAD_REQUEST,
  unauthenticated: HttpStatus.UNAUTHORIZED,
  forbidden: HttpStatus.FORBIDDEN,
  'not-found': HttpStatus.NOT_FOUND,
  conflict: HttpStatus.CONFLICT,
  unprocessable: HttpStatus.UNPROCESSABLE_ENTITY,
  'rate-limited': HttpStatus.TOO_MANY_REQUESTS,
  'upstream-rejected': HttpStatus.BAD_GATEWAY,
  'upstream-failed': HttpStatus.BAD_GATEWAY,
  'upstream-unavailable': HttpStatus.SERVICE_UNAVAILABLE,
  'upstream-timeout': HttpStatus.GATEWAY_TIMEOUT,
  unavailable: HttpStatus.SERVICE_UNAVAILABLE,
  internal: HttpStatus.INTERNAL_SERVER_ERROR,
} as const satisfies Record<ErrorKind, HttpStatus>;

/** Errors of the framework itself, by status. */
export const OF_STATUS: Readonly<Record<number, readonly [code: string, title: string]>> = {
  400: ['bad-request', 'The request cannot be understood'],
  404: ['not-found', 'No such resource'],
  405: ['method-not-allowed', 'The resource does not have this method'],
  408: ['request-timeout', 'The request took too long to arrive'],
  411: ['length-required', 'The length of the file is missing'],
  413: ['payload-too-large', 'The request body is too large'],
  414: ['uri-too-long', 'The address is too long'],
  415: ['unsupported-media-type', 'The body is of a type that is not understood'],
  431: ['headers-too-large', 'The request headers are too large'],
};

const INTERNAL = ['internal', 'Internal error'] as const;

export interface Occurrence {
  readonly instance: string;
  readonly requestId: string;
}

/** Describes any error for its caller. An unknown error becomes an internal error without details. */
export function toProblem(error: unknown, occurrence: Occurrence): Problem {
  if (error instanceof DomainError && error.kind !== 'internal') {
    const { code, title, message: detail } = error;
    const errors = error.errors === undefined ? {} : { errors: error.errors };
    const reason = error.reason === undefined ? {} : { reason: error.reason };
    const scope = error.scope === undefined ? {} : { scope: error.scope };
    const policy = error.policy === undefined ? {} : { policy: error.policy };
    return {
      type: `/problems/${code}`,
      title,
      status: STATUS_OF[error.kind],
      detail,
      ...occurrence,
      code,
      ...reason,
      ...policy,
      ...scope,
      ...errors,
    };
  }
  return problemOfStatus(error instanceof HttpException ? error.getStatus() : 500, occurrence);
}

/** A problem of which only the status is known. */
export function problemOfStatus(status: number, occurrence: Occurrence): Problem {
  const [code, title] = OF_STATUS[status] ?? INTERNAL;
  const known = code === INTERNAL[0] ? 500 : status;
  return { type: `/problems/${code}`, title, status: known, ...occurrence, code };
}
