import {
  UpstreamForbiddenError,
  UpstreamInvalidResponseError,
  UpstreamRejectedError,
  UpstreamServerError,
  UpstreamThrottledError,
  UpstreamTimeoutError,
  UpstreamUnauthorizedError,
  UpstreamUnavailableError,
} from '../../common/errors/upstream.errors';
import { withRetries } from './retry';

let attempts: number[];
let stop: AbortController;

beforeEach(() => {
  jest.useFakeTimers({ now: 0 });
  attempts = [];
  stop = new AbortController();
});
afterEach(() => {
  jest.useRealTimers();
});

/** Tries with these failures in a row, then succeeds. Ends when everything that is waited for is over. */
async function outcomeOf(failures: readonly Error[], deadlineAt = 60_000): Promise<unknown> {
  const left = [...failures];
  const outcome = withRetries(
    () => {
      attempts.push(performance.now());
      const failure = left.shift();
      return failure === undefined ? Promise.resolve('answer') : Promise.reject(failure);
    },
    { deadlineAt, signal: stop.signal },
  ).catch((error: unknown) => error);
  await jest.advanceTimersByTimeAsync(120_000);
  return outcome;
}

describe(withRetries.name, () => {
  it('tries once when that succeeds', async () => {
    expect(await outcomeOf([])).toBe('answer');
    expect(attempts).toEqual([0]);
  });

  it.each([
    ['throttling', () => new UpstreamThrottledError()],
    ['a missing connection', () => new UpstreamUnavailableError()],
  ])('tries three times on %s, and then says so', async (_, make) => {
    const failures = [make(), make(), make()];

    expect(await outcomeOf(failures)).toBe(failures[2]);
    expect(attempts).toHaveLength(3);
  });

  it('succeeds with the third attempt', async () => {
    expect(await outcomeOf([new UpstreamUnavailableError(), new UpstreamThrottledError(1_000)])).toBe(
      'answer',
    );
    expect(attempts).toHaveLength(3);
  });

  it.each([
    new UpstreamUnauthorizedError(),
    new UpstreamForbiddenError(),
    new UpstreamRejectedError(400),
    new UpstreamServerError(503),
    new UpstreamInvalidResponseError('no JSON'),
    new UpstreamTimeoutError(),
    new TypeError('a bug'),
  ])('repeats nothing after %p', async (failure) => {
    expect(await outcomeOf([failure])).toBe(failure);
    expect(attempts).toHaveLength(1);
  });

  it('waits exactly as long as upstream asks', async () => {
    await outcomeOf([new UpstreamThrottledError(7_000), new UpstreamThrottledError(500)]);

    expect(attempts).toEqual([0, 7_000, 7_500]);
  });

  it.each([
    ['2^attempt seconds when upstream names no wait', () => new UpstreamThrottledError(), 2_000, 0.2],
    ['2^attempt half seconds for a connection', () => new UpstreamUnavailableError(), 1_000, 0.5],
  ])('waits %s, give or take', async (_, make, first, share) => {
    const waits: number[][] = [[], []];
    for (let run = 0; run < 50; run += 1) {
      attempts = [];
      const before = performance.now();
      await outcomeOf([make(), make()], before + 60_000);
      waits[0]?.push((attempts[1] ?? 0) - (attempts[0] ?? 0));
      waits[1]?.push((attempts[2] ?? 0) - (attempts[1] ?? 0));
    }

    for (const [index, given] of waits.entries()) {
      const meant = first * 2 ** index;
      expect(Math.min(...given)).toBeGreaterThanOrEqual(meant * (1 - share));
      expect(Math.max(...given)).toBeLessThanOrEqual(meant * (1 + share));
      expect(new Set(given).size).toBeGreaterThan(10);
    }
  });

  it.each([10_000, 11_000, 3_600_000, Number.POSITIVE_INFINITY])(
    'begins no wait that does not fit the deadline, and tells the honest one: %d ms',
    async (hintMs) => {
      const failure = new UpstreamThrottledError(hintMs);

      expect(await outcomeOf([failure], 10_000)).toBe(failure);
      expect(attempts).toEqual([0]);
      expect(failure.retryAfterMs).toBe(hintMs);
    },
  );

  it('counts what the attempts themselves take against the deadline', async () => {
    const failures = [new UpstreamThrottledError(6_000), new UpstreamThrottledError(6_000)];

    expect(await outcomeOf(failures, 10_000)).toBe(failures[1]);
    expect(attempts).toEqual([0, 6_000]);
  });

  it('gives up with its signal, without a wait', async () => {
    stop.abort();
    const failure = new UpstreamThrottledError(1_000);

    expect(await outcomeOf([failure])).toBe(failure);
    expect(attempts).toEqual([0]);
  });

  it('ends its wait with its signal', async () => {
    const failures = [new UpstreamThrottledError(30_000), new UpstreamUnavailableError()];
    setTimeout(() => {
      stop.abort();
    }, 1_000);

    expect(await outcomeOf(failures)).toBe(failures[1]);
    expect(attempts).toEqual([0, 1_000]);
  });

  it('keeps in mind that an earlier attempt may have taken effect', async () => {
    const refusal = new UpstreamRejectedError(400);
    await outcomeOf([new UpstreamUnavailableError({ sent: true }), refusal]);
    expect(refusal.mayHaveTakenEffect).toBe(true);

    const other = new UpstreamRejectedError(400);
    await outcomeOf([new UpstreamUnavailableError({ sent: false }), other], performance.now() + 60_000);
    expect(other.mayHaveTakenEffect).toBe(false);
  });
});
