import { SystemClock } from '../common/time/system-clock';
import { AuditConfig } from '../config/audit.config';
import { AuditRetention } from './audit-retention';
import { FakeAuditTrail } from './ports/audit-trail.fake';
import { RecordingLog } from './recording-log.fake';

const NOW = Date.parse('2027-01-15T08:00:00Z');

let log: RecordingLog;
let trail: FakeAuditTrail;
let retention: AuditRetention;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  log = RecordingLog.install();
  trail = new FakeAuditTrail();
  retention = new AuditRetention(trail, new SystemClock(), new AuditConfig({ AUDIT_KEEP_DAYS: 10 }));
});
afterEach(async () => {
  await retention.onModuleDestroy();
  jest.useRealTimers();
});

describe(AuditRetention.name, () => {
  it('seals up to today, and drops expired segments, until nothing is left to do', async () => {
    trail.sealable = 2;
    trail.droppable = 1;
    const done = retention.purge();
    await jest.advanceTimersByTimeAsync(1_000);
    await done;

    const seal = 'seal 2027-01-15T00:00:00.000Z 5000';
    const drop = 'drop 2027-01-05T08:00:00.000Z';
    expect(trail.asked).toEqual([seal, seal, seal, drop, seal, drop]);
  });

  it('logs a storage failure', async () => {
    trail.failure = new Error('down');
    retention.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(600_000);

    expect(log.at('warn')).toEqual([expect.objectContaining({ error: trail.failure })]);
  });
});
