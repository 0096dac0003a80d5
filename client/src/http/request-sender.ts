import { authorizationOf, type CompleteOptions } from '../client-options.js';
import { Deadline } from './deadline.js';
import { NoAnswerError } from './no-answer.errors.js';
import { pause } from './pause.js';
import { problemOf, ProblemError } from './problem.errors.js';
import { IDEMPOTENCY_KEY, isRepeatable, takesKey } from './request-idempotency.js';
import { waitBeforeRetry } from './retry-policy.js';

/** A request that can be sent several times, as the body of a `Request` cannot. */
interface RepeatableRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body?: ArrayBuffer;
  /** The signal of the caller. */
  readonly signal: AbortSignal;
}

/**
 * Sends requests, and repeats those that have an effect once. Openings and messages get an idempotency key, which all
 * attempts share. A request that is not idempotent is sent once.
 */
export class RequestSender {
  constructor(private readonly options: CompleteOptions) {}

  /**
   * Returns a response without an error status. Throws `ProblemError` for all others, `NoAnswerError` when none arrives
   * before the deadline, and the reason of the request's signal once that aborts.
   */
  async send(given: Request, deadlineMs = this.options.deadlineMs): Promise<Response> {
    const request = await repeatable(given);
    const call = new Deadline(deadlineMs, request.signal);
    let response: Response | undefined;
    try {
      response = await this.sendUpTo(isRepeatable(request) ? this.options.maxAttempts : 1, request, call);
      return response;
    } finally {
      release(call, response);
    }
  }

  private async sendUpTo(attempts: number, request: RepeatableRequest, call: Deadline): Promise<Response> {
    for (let made = 1; ; made += 1) {
      request.signal.throwIfAborted();
      const failure = await this.attempt(
        request,
        attempts === 1 ? call.remainingMs : this.options.attemptMs,
        call,
      );
      if (failure instanceof Response) return failure;
      const waitMs = made < attempts ? this.waitBeforeRetry(failure, made) : undefined;
      if (waitMs === undefined || waitMs >= call.remainingMs) throw failure;
      await pause(waitMs, call.signal);
    }
  }

  private waitBeforeRetry(failure: ProblemError | NoAnswerError, failures: number): number | undefined {
    const isTooLong =
      failure instanceof ProblemError && (failure.retryAfterMs ?? 0) > this.options.maxRetryAfterMs;
    return isTooLong ? undefined : waitBeforeRetry(failure, failures);
  }

  /** Returns failures that a repetition may mend; throws all others. */
  private async attempt(
    request: RepeatableRequest,
    limitMs: number,
    call: Deadline,
  ): Promise<Response | ProblemError | NoAnswerError> {
    const authorization = await authorizationOf(this.options);
    const limit = new Deadline(Math.min(limitMs, call.remainingMs), call.signal);
    let response: Response | undefined;
    try {
      response = await this.fetch(request, authorization, limit);
      return response;
    } catch (error) {
      if (request.signal.aborted) throw request.signal.reason;
      if (error instanceof ProblemError) return error;
      return new NoAnswerError(`${request.method} ${new URL(request.url).pathname}`, {
        cause: limit.signal.aborted ? limit.signal.reason : error,
      });
    } finally {
      release(limit, response);
    }
  }

  /** Reads JSON as part of the attempt, since a connection may break within the body. */
  private async fetch(
    { url, method, headers, body }: RepeatableRequest,
    authorization: Readonly<Record<string, string>>,
    { signal }: Deadline,
  ): Promise<Response> {
    const init = { method, headers: { ...Object.fromEntries(headers), ...authorization }, signal };
    const response = await this.options.fetch(url, body === undefined ? init : { ...init, body });
    if (response.status >= 400) throw await problemOf(response);
    return response.body === null || isStreamed(response)
      ? response
      : new Response(await response.arrayBuffer(), response);
  }
}

/** Reads the body, and adds the key that an opening or a message needs. */
async function repeatable(request: Request): Promise<RepeatableRequest> {
  const { url, method, signal } = request;
  const headers = new Headers(request.headers);
  if (takesKey(request) && !headers.has(IDEMPOTENCY_KEY)) headers.set(IDEMPOTENCY_KEY, crypto.randomUUID());
  const body = await request.arrayBuffer();
  return { url, method, headers, signal, ...(body.byteLength === 0 ? {} : { body }) };
}

/** A body that the caller reads as it arrives has no time limit, and is still aborted by the signal of the caller. */
function release(limit: Deadline, response: Response | undefined): void {
  if (response !== undefined && isStreamed(response)) limit.stop();
  else limit.dispose();
}

/** Returns whether the caller reads the body as it arrives. */
function isStreamed({ body, headers }: Response): boolean {
  return body !== null && !/[+/]json\b/.test(headers.get('content-type') ?? '');
}
