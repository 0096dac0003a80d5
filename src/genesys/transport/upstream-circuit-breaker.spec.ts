import { ConsecutiveBreaker } from 'cockatiel';
import { StorageUnavailableError } from '../../common/errors/storage-unavailable.errors';
import { UpstreamUnavailableError } from '../../common/errors/upstream.errors';
import type { GenesysAnswer } from './genesys-answer';
import { anAnswer } from './genesys-http-client.fake';
import { UpstreamCircuitBreaker } from './upstream-circuit-breaker';

const RECOVERY_MS = 10_000;
const OUTAGES = 3;

let guard: UpstreamCircuitBreaker;
let sent: number;

beforeEach(() => {
  jest.useFakeTimers();
  sent = 0;
  guard = new UpstreamCircuitBreaker({
    breaker: new ConsecutiveBreaker(OUTAGES),
    recoveryMs: RECOVERY_MS,
    maxInFlight: 2,
  });
});
afterEach(() => {
  jest.useRealTimers();
});

/** An exchange that comes to an answer of this status, or fails with this error. */
function exchange(outcome: number | Error): Promise<unknown> {
  return guard
    .execute(() => {
      sent += 1;
      return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(anAnswer(outcome));
    })
    .catch((error: unknown) => error);
}

interface Hanging {
  readonly outcome: Promise<unknown>;
  finish(answer: GenesysAnswer | Error): void;
}

/** An exchange that takes until the test finishes it. */
function hang(): Hanging {
  let settle: ((answer: GenesysAnswer | Error) => void) | undefined;
  const outcome = guard
    .execute(() => {
      sent += 1;
      return new Promise((resolve, reject) => {
        settle = (answer) => {
          if (answer instanceof Error) reject(answer);
          else resolve(answer);
        };
      });
    })
    .catch((error: unknown) => error);
  return { outcome, finish: (answer) => settle?.(answer) };
}

function aborted(): Error {
  return Object.assign(new Error('canceled'), { code: 'ERR_CANCELED' });
}

async function breakCircuit(): Promise<void> {
  for (let outage = 0; outage < OUTAGES; outage += 1) await exchange(503);
  sent = 0;
}

describe(UpstreamCircuitBreaker.name, () => {
  it('hands on answers and failures as they are', async () => {
    const failure = new Error('connection lost');

    expect(await exchange(418)).toEqual(anAnswer(418));
    expect(await exchange(failure)).toBe(failure);
  });

  it.each([
    ['a 500', 500],
    ['a 503', 503],
    ['no connection', Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })],
    ['no answer in time', new Error('time-out')],
  ])('opens on %s, as often as the breaker says', async (_what, outage) => {
    for (let count = 1; count < OUTAGES; count += 1) await exchange(outage);
    expect(guard.state).toBe('closed');

    await exchange(outage);
    expect(guard.state).toBe('open');
  });

  it.each([
    ['a 400', 400],
    ['a 401', 401],
    ['a 404', 404],
    ['a 429', 429],
    ['a request that we gave up ourselves', aborted()],
    ['a request that we kept from being sent', new StorageUnavailableError()],
  ])('stays closed on %s', async (_what, outcome) => {
    for (let count = 0; count < OUTAGES * 3; count += 1) await exchange(outcome);

    expect(guard.state).toBe('closed');
    expect(sent).toBe(OUTAGES * 3);
  });

  it('does not take a request that we gave up for a sign of life', async () => {
    for (const outcome of [503, aborted(), 503, aborted(), 503]) await exchange(outcome);

    expect(guard.state).toBe('open');
  });

  it('rejects at once while it is open: nothing is sent, and nothing can have taken effect', async () => {
    await breakCircuit();
    await jest.advanceTimersByTimeAsync(RECOVERY_MS - 1);

    const error = await exchange(200);

    expect(error).toBeInstanceOf(UpstreamUnavailableError);
    expect(error).toMatchObject({ reason: 'breaker-open', mayHaveTakenEffect: false });
    expect(sent).toBe(0);
  });

  describe('once it has recovered', () => {
    beforeEach(async () => {
      await breakCircuit();
      await jest.advanceTimersByTimeAsync(RECOVERY_MS);
    });

    it('lets one request find out, and the others go once that is well', async () => {
      const probe = hang();
      const other = exchange(200);
      await jest.advanceTimersByTimeAsync(1_000);
      expect(guard.state).toBe('half-open');
      expect(sent).toBe(1);

      probe.finish(anAnswer(200));

      expect(await other).toEqual(anAnswer(200));
      expect(guard.state).toBe('closed');
      expect(sent).toBe(2);
    });

    it.each([
      ['fails', anAnswer(500)],
      ['is given up', aborted()],
    ])('is open for as long again when that one %s', async (_what, outcome) => {
      const probe = hang();
      const other = exchange(200);
      probe.finish(outcome);

      expect(await other).toMatchObject({ reason: 'breaker-open' });
      expect(guard.state).toBe('open');
      await jest.advanceTimersByTimeAsync(RECOVERY_MS - 1);
      await exchange(200);
      expect(sent).toBe(1);
      await jest.advanceTimersByTimeAsync(1);
      await exchange(200);
      expect(guard.state).toBe('closed');
    });
  });

  it('sends so many at a time, lets twice as many wait, and refuses the rest as overload', async () => {
    const running = [hang(), hang()];
    const waiting = Array.from({ length: 4 }, () => exchange(200));
    const refused = await exchange(200);

    expect(sent).toBe(2);
    expect(refused).toBeInstanceOf(UpstreamUnavailableError);
    expect(refused).toMatchObject({ reason: 'overload', mayHaveTakenEffect: false });

    for (const { finish } of running) finish(anAnswer(200));
    expect(await Promise.all(waiting)).toEqual(Array.from({ length: 4 }, () => anAnswer(200)));
    expect(guard.state).toBe('closed');
  });

  it('sends nothing of what was waiting when it opened', async () => {
    await exchange(503);
    const running = [hang(), hang()];
    const waiting = [exchange(200), exchange(200)];
    await jest.advanceTimersByTimeAsync(0);
    for (const { finish } of running) finish(anAnswer(503));

    expect(await Promise.all(waiting)).toEqual(
      waiting.map(() => expect.objectContaining({ reason: 'breaker-open' }) as unknown),
    );
    expect(sent).toBe(3);
  });

  it('tells every change of its state once', async () => {
    const states: string[] = [];
    guard.onStateChange((state) => states.push(state));

    await breakCircuit();
    await jest.advanceTimersByTimeAsync(RECOVERY_MS);
    await exchange(200);

    expect(states).toEqual(['open', 'half-open', 'closed']);
  });
});
