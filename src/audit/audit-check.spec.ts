import { Drain } from '../common/lifecycle/drain';
import { SystemClock } from '../common/time/system-clock';
import { AccessConfig } from '../config/access.config';
import { Environment } from '../config/environment';
import { AuditCheck } from './audit-check';
import { AuditExport } from './audit-export';
import { FakeAuditObserver } from './ports/audit-observer.fake';
import { FakeAuditTrail } from './ports/audit-trail.fake';
import { RecordingLog } from './recording-log.fake';

let log: RecordingLog;
let trail: FakeAuditTrail;
let observer: FakeAuditObserver;
let check: AuditCheck;

beforeEach(() => {
  log = RecordingLog.install();
  trail = new FakeAuditTrail();
  observer = new FakeAuditObserver();
  const access = new AccessConfig(new Environment());
  check = new AuditCheck(new AuditExport(trail, new SystemClock(), new Drain(), access), observer);
});
afterEach(async () => {
  await check.onModuleDestroy();
  jest.useRealTimers();
});

describe(AuditCheck.name, () => {
  it('finds no fault in a trail that only grows, and writes no record', async () => {
    expect(observer.isWhole).toBeUndefined();
    trail.fill(2, 700);
    expect(await check.run()).toBeUndefined();
    trail.fill(2, 10);
    expect(await check.run()).toBeUndefined();

    expect(observer.isWhole).toBe(true);
    expect(trail.facts).toEqual([]);
    expect(log.at('error')).toEqual([]);
  });

  it('logs the first wrong record, and keeps reporting the fault', async () => {
    trail.fill(2, 10);
    trail.replace(2, 4, { reason: 'forged' });

    expect(await check.run()).toMatchObject({ record: '2/4' });
    expect(log.at('error')).toEqual([expect.objectContaining({ message: 'Audit chain broken: record 2/4' })]);
    trail.replace(2, 4, { reason: null });
    await check.run();
    expect(observer.isWhole).toBe(false);
  });

  it('detects a trail that was rewritten since the last check', async () => {
    trail.fill(2, 10);
    await check.run();
    trail.clear();
    trail.fill(2, 11, { reason: 'forged' });

    expect(await check.run()).toMatchObject({
      record: '2/10',
      what: expect.stringContaining('earlier') as string,
    });
  });

  it('runs some time after the start, and again', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate'] });
    trail.fill(2, 10);
    check.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(59_000);
    expect(observer.isWhole).toBeUndefined();
    await jest.advanceTimersByTimeAsync(2_000);
    expect(await found()).toBe(true);

    trail.replace(2, 4, { reason: 'forged' });
    await jest.advanceTimersByTimeAsync(6 * 3_600_000 + 1_000);
    expect(await found(true)).toBe(false);
  });
});

/** Resolves with a check's result that differs from the earlier one; bounded by the test's own deadline. */
async function found(before?: boolean): Promise<boolean | undefined> {
  while (observer.isWhole === before) await new Promise((resolve) => setImmediate(resolve));
  return observer.isWhole;
}
