import { Drain } from '../common/lifecycle/drain';
import { SystemClock } from '../common/time/system-clock';
import { Metrics } from '../metrics/metrics';
import { AuditCheck } from './audit.check';
import { AuditExport } from './audit.export';
import { FakeAuditTrail } from './ports/audit.trail.fake';
import { RecordingLog } from './recording-log.fake';

let log: RecordingLog;
let trail: FakeAuditTrail;
let metrics: Metrics;
let check: AuditCheck;

beforeEach(() => {
  log = RecordingLog.install();
  trail = new FakeAuditTrail();
  metrics = new Metrics();
  check = new AuditCheck(new AuditExport(trail, new SystemClock(), new Drain()), metrics);
});
afterEach(async () => {
  await check.onModuleDestroy();
  jest.useRealTimers();
});

async function gauge(): Promise<string | undefined> {
  return /^guest_sessions_audit_chain_ok (\S+)$/m.exec((await metrics.page()).text)?.[1];
}

describe(AuditCheck.name, () => {
  it('finds nothing wrong with a trail that only grows, and records nothing of it', async () => {
    expect(await gauge()).toBe('Nan');
    trail.fill(2, 700);
    expect(await check.run()).toBeUndefined();
    trail.fill(2, 10);
    expect(await check.run()).toBeUndefined();

    expect(await gauge()).toBe('1');
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
    expect(await gauge()).toBe('0');
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
    expect(await gauge()).toBe('Nan');
    await jest.advanceTimersByTimeAsync(2_000);
    expect(await found()).toBe('1');

    trail.replace(2, 4, { reason: 'forged' });
    await jest.advanceTimersByTimeAsync(6 * 3_600_000 + 1_000);
    expect(await found('1')).toBe('0');
  });
});

/** What the gauge shows once it shows something else; the test's own deadline is that of the wait. */
async function found(before = 'Nan'): Promise<string | undefined> {
  let value = await gauge();
  for (; value === before; value = await gauge()) await new Promise((resolve) => setImmediate(resolve));
  return value;
}
