import type { components } from '../generated/api.js';
import { retryAfterMs } from './retry-after.js';

/** A problem document (RFC 9457) of the service. */
export type Problem = components['schemas']['ProblemResponse'];

/** An error of one field of a request: its place as a JSON pointer, and the broken rule. */
export type InputError = components['schemas']['InputErrorResponse'];

/**
 * A refusal or failure that the service answered. `code` is stable and meant for programs; `/problems/{code}` explains
 * it. An answer that is no problem document, as proxies give it, has the code `unknown`.
 */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly code: string;
  readonly status: number;
  /** Names the request in the log of the service; empty if the answer does not tell it. */
  readonly requestId: string;
  /** Errors of fields; empty unless the request was invalid. */
  readonly errors: readonly InputError[];

  constructor(
    readonly problem: Problem,
    /** The time that `Retry-After` asks for, in milliseconds. */
    readonly retryAfterMs?: number,
    /** True if the answer is the stored one of an earlier request with the same idempotency key. */
    readonly isReplayed = false,
  ) {
    super(`${problem.code}: ${problem.detail ?? problem.title} (request ${problem.requestId})`);
    this.code = problem.code;
    this.status = problem.status;
    this.requestId = problem.requestId;
    this.errors = problem.errors ?? [];
  }
}

/** Reads the body of a response whose status is an error. */
export async function problemOf(response: Response): Promise<ProblemError> {
  const { headers } = response;
  return new ProblemError(
    problemIn(await response.text()) ?? unknownProblem(response),
    retryAfterMs(headers),
    headers.get('idempotency-replayed') === 'true',
  );
}

function problemIn(text: string): Problem | undefined {
  try {
    const content: unknown = JSON.parse(text);
    return isProblem(content) ? content : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isProblem(content: unknown): content is Problem {
  const { code, status, requestId } = (content ?? {}) as Partial<Record<keyof Problem, unknown>>;
  return typeof code === 'string' && typeof status === 'number' && typeof requestId === 'string';
}

function unknownProblem({ status, statusText, headers, url }: Response): Problem {
  return {
    type: 'about:blank',
    title: statusText === '' ? `Status ${status}` : statusText,
    status,
    instance: url === '' ? '' : new URL(url).pathname,
    code: 'unknown',
    requestId: headers.get('x-request-id') ?? '',
  };
}
