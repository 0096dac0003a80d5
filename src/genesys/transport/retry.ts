import { sleep } from '../../common/time/sleep';
import {
  UpstreamError,
  UpstreamThrottledError,
  UpstreamUnavailableError,
} from '../../common/errors/upstream.errors';
import { RequestContext } from '../../common/logging/request-context';
import { jittered } from '../../common/time/jitter';

const MAX_ATTEMPTS = 3;

export interface RetryOptions {
  /** End of all waits, as a moment of `performance.now()`. */
  readonly deadlineAt: number;
  readonly signal: AbortSignal;
  /** Called before each retry, which is made only if it returns true. */
  readonly mayRetry?: () => boolean;
  /** Waits; may end early, and never rejects. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Exponential backoff with at most three attempts, for requests that may be repeated. Throttling waits as long as
 * upstream says, else 2^attempt seconds; a missing connection waits 2^attempt half seconds; both backoffs are jittered.
 * Every other error is final, and so is an open circuit. A wait that does not fit the deadline is not begun: the error
 * is thrown at once.
 */
export async function withRetries<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { deadlineAt, signal, mayRetry = () => true, wait = sleep } = options;
  let mayHaveTakenEffect = false;
  for (let tries = 1; ; tries += 1) {
    try {
      return await (tries === 1 ? attempt() : RequestContext.tryAs(tries, attempt));
    } catch (error) {
      if (error instanceof UpstreamError) {
        // An earlier attempt may have taken effect, however clearly the last one was refused.
        mayHaveTakenEffect ||= error.mayHaveTakenEffect;
        error.mayHaveTakenEffect = mayHaveTakenEffect;
      }
      const waitMs = waitAfter(error, tries);
      const isFinal =
        waitMs === undefined || tries >= MAX_ATTEMPTS || performance.now() + waitMs >= deadlineAt;
      if (isFinal || signal.aborted || !mayRetry()) throw error;
      await wait(waitMs, signal);
    }
  }
}

function waitAfter(error: unknown, tries: number): number | undefined {
  if (error instanceof UpstreamThrottledError) return error.hintMs ?? jittered(1000 * 2 ** tries);
  if (error instanceof UpstreamUnavailableError && error.reason === 'unreachable')
    return jittered(500 * 2 ** tries, 0.5);
  return undefined;
}
