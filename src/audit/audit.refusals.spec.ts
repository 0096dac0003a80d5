import { UnauthenticatedError } from '../access/domain/access.errors';
import { StorageUnavailableError } from '../common/errors/storage-unavailable.error';
import { RequestContext } from '../common/logging/request-context';
import { SystemClock } from '../common/time/system-clock';
import { AuditRefusals } from './audit.refusals';
import { FakeAuditTrail } from './ports/audit.trail.fake';
import { RecordingLog } from './recording-log.fake';

const ROUTE = 'GET /v1/sessions';
const NOW = 1_800_000_000_000;

let log: RecordingLog;
let trail: FakeAuditTrail;
let refusals: AuditRefusals;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  log = RecordingLog.install();
  trail = new FakeAuditTrail();
  refusals = new AuditRefusals(trail, new SystemClock());
});
afterEach(() => {
  jest.useRealTimers();
});

function refuse(caller: string | undefined, reason: 'expired' | 'missing' = 'expired'): void {
  RequestContext.run('request-1', () => {
    if (caller !== undefined) RequestContext.actAs(caller);
    refusals.observe(new UnauthenticatedError(reason), ROUTE);
  });
}

describe(AuditRefusals.name, () => {
  it('records what was wanted and why it was not allowed', () => {
    refuse('billing');

    expect(trail.facts).toEqual([
      {
        action: 'REQUEST_REFUSED',
        target: { type: 'route', id: ROUTE },
        outcome: 'denied',
        reason: 'expired',
        detail: { code: 'unauthenticated' },
      },
    ]);
  });

  it('records of each caller and kind the first in a minute', () => {
    for (let second = 0; second < 60; second += 1) {
      refuse('billing');
      refuse('shop');
      refuse(undefined);
      refuse(undefined, 'missing');
      jest.advanceTimersByTime(1_000);
    }
    expect(trail.facts).toHaveLength(4);

    refuse('billing');
    expect(trail.facts).toHaveLength(5);
  });

  it('records again after the clock was set back', () => {
    refuse('billing');
    jest.setSystemTime(NOW - 3_600_000);
    refuse('billing');

    expect(trail.facts).toHaveLength(2);
  });

  it('forgets the longest ago of very many callers, and no other', async () => {
    for (let count = 0; count < 10_001; count += 1) {
      refuse(`caller-${count}`);
      // What is being written is bounded too.
      if (count % 50 === 0) await jest.advanceTimersByTimeAsync(0);
    }
    const { length } = trail.facts;
    refuse('caller-1');
    expect(trail.facts).toHaveLength(length);
    refuse('caller-0');
    expect(trail.facts).toHaveLength(length + 1);
  });

  it('tells a person when a refusal could not be recorded, and nobody else', async () => {
    trail.failure = new StorageUnavailableError();
    refuse('billing');
    await refusals.onModuleDestroy();

    expect(log.at('error')).toEqual([
      expect.objectContaining({ message: 'A refusal could not be recorded', code: 'unauthenticated' }),
    ]);
  });
});
