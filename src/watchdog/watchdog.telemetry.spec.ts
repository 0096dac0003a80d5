import { RecordingLog } from '../audit/recording-log.fake';
import { ReadableMetrics } from '../metrics/readable-metrics.fake';
import type { BlockReport } from './domain/block-report';
import { WatchdogTelemetry } from './watchdog.telemetry';

const REPORT: BlockReport = {
  reason: 'javascript',
  durationMs: 700,
  cpuMs: 690,
  stackDelayMs: 2,
  stack: '    at sort (/app/dist/a.js:7:3)',
};

let log: RecordingLog;
let metrics: ReadableMetrics;
let telemetry: WatchdogTelemetry;

beforeEach(() => {
  jest.useFakeTimers();
  log = RecordingLog.install();
  metrics = new ReadableMetrics();
  telemetry = new WatchdogTelemetry(metrics);
});
afterEach(() => jest.useRealTimers());

describe(WatchdogTelemetry.name, () => {
  it('counts every block and logs one in ten seconds, with the number of blocks', async () => {
    for (let turn = 0; turn < 3; turn += 1) telemetry.blocked(REPORT);
    jest.advanceTimersByTime(10_000);
    telemetry.blocked({ ...REPORT, reason: 'process-stalled', stack: '' });

    expect(log.at('warn')).toEqual([
      { message: 'Event loop blocked', count: 1, ...REPORT },
      { message: 'Event loop blocked', count: 3, reason: 'process-stalled', durationMs: 700, cpuMs: 690 },
    ]);
    expect(await metrics.sample('event_loop_blocked_total{reason="javascript"}')).toBe(3);
    expect(await metrics.sample('event_loop_blocked_total{reason="process-stalled"}')).toBe(1);
  });
});
