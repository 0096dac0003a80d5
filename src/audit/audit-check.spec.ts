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
  it('finds nothing wrong with a trail that only grows, and records nothing of it', async () => {
    expect(observer.isWhole).toBeUndefined();
    trail.fill(2, 700);
    expect(await check.run()).toBeUndefined();
    trail.fill(2, 10);
    expect(await check.run()).toBeUndefined();

    expect(observer.isWhole).toBe(true);
    expect(trail.facts).toEqual([]);
    expect(log.at('error')).toEqual([]);
  });

  it('tells a person which record is wrong, and goes on saying so', async () => {
    trail.fill(2, 10);
    trail.replace(2, 4, { reason: 'forged' });

    expect(await check.run()).toMatchObject({ record: '2/4' });
    expect(log.at('error')).toEqual([
      expect.objectContaining({ message: 'The audit trail is not whole: record 2/4' }),
    ]);
    trail.replace(2, 4, { reason: null });
    await check.run();
    expect(observer.isWhole).toBe(false);
  });

  it('notices a trail that was written anew since the last time', async () => {
    trail.fill(2, 10);
    await check.run();
    trail.clear();
    trail.fill(2, 11, { reason: 'forged' });

    expect(await check.run()).toMatchObject({
      record: '2/10',
      what: expect.stringContaining('earlier') as string,
    });
  });

  it('comes by itself, some time after the start, and again', async () => {
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

/** What a check found, once it has found something else; the test's own deadline is that of the wait. */
async function found(before?: boolean): Promise<boolean | undefined> {
  while (observer.isWhole === before) await new Promise((resolve) => setImmediate(resolve));
  return observer.isWhole;
}
