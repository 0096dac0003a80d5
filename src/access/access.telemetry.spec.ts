import { RecordingLog } from '../audit/recording-log.fake';
import { ReadableMetrics } from '../metrics/readable-metrics.fake';
import { AccessTelemetry } from './access.telemetry';
import { CsrfTokenInvalidError, ForeignOriginError, UnauthenticatedError } from './domain/access.errors';
import { Caller } from './domain/caller';

const EXCEEDED = { perMinute: 10, isExceeded: true, left: 0, moreInMs: 6_000 };

let log: RecordingLog;
let metrics: ReadableMetrics;
let telemetry: AccessTelemetry;
beforeEach(() => {
  jest.useFakeTimers();
  log = RecordingLog.install();
  metrics = new ReadableMetrics();
  telemetry = new AccessTelemetry(metrics);
});
afterEach(() => {
  jest.useRealTimers();
});

function exceed(name: string): void {
  telemetry.quotaExceeded(new Caller(name, new Set()), EXCEEDED);
}

const line = (caller: string): object => ({
  message: 'Request quota exceeded',
  caller,
  policy: 'caller',
  retryAfterMs: 6_000,
});

describe(AccessTelemetry.name, () => {
  it('counts every request that exceeds the quota', async () => {
    for (const name of ['billing', 'billing', 'support']) exceed(name);

    expect(await metrics.sample('throttled_total{policy="caller"}')).toBe(3);
  });

  it('logs the first one of each caller in a minute', () => {
    for (const name of ['billing', 'billing', 'support', 'billing', 'support']) exceed(name);

    expect(log.at('info')).toEqual([line('billing'), line('support')]);
  });

  it('logs the first refusal of a reason, the others as a count, and counts them all', async () => {
    for (let count = 0; count < 300; count += 1) {
      telemetry.notIdentified(new UnauthenticatedError('missing'));
      telemetry.notAdmitted('foreign-origin');
    }
    const message = 'Caller refused';
    const first = [
      { message, reason: 'missing', count: 1 },
      { message, reason: 'foreign-origin', count: 1 },
    ];
    expect(log.at('info')).toEqual(first);

    telemetry.onApplicationShutdown();
    expect(log.at('info')).toEqual([...first, ...first.map((told) => ({ ...told, count: 299 }))]);
    expect(await metrics.sample('auth_failures_total{reason="missing"}')).toBe(300);
    expect(await metrics.sample('auth_failures_total{reason="foreign-origin"}')).toBe(300);
  });

  it('counts what a request by session cookie is refused for', async () => {
    telemetry.notIdentified(new CsrfTokenInvalidError());
    telemetry.notIdentified(new ForeignOriginError());
    telemetry.notIdentified(new UnauthenticatedError('unknown-session'));

    for (const reason of ['csrf-token-invalid', 'foreign-origin', 'unknown-session'])
      expect(await metrics.sample(`auth_failures_total{reason="${reason}"}`)).toBe(1);
  });

  it('logs again after a minute, also for a caller that never stops', () => {
    for (let second = 0; second < 180; second += 1) {
      exceed('billing');
      jest.advanceTimersByTime(1_000);
    }

    expect(log.at('info')).toEqual([line('billing'), line('billing'), line('billing')]);
  });
});
