import { PoisonMessageReporter } from '../common/poison/poison-message-reporter';
import { UnauthenticatedError } from '../access/domain/access.errors';
import { StorageUnavailableError } from '../common/errors/storage-unavailable.errors';
import { RequestContext } from '../common/logging/request-context';
import { AuditRefusals } from './audit-refusals';
import { AuditThrottle } from './audit-throttle';
import { FakeAuditTrail } from './ports/audit-trail.fake';
import { RecordingLog } from './recording-log.fake';

const ROUTE = 'GET /v1/sessions';
const NOW = 1_800_000_000_000;

let log: RecordingLog;
let trail: FakeAuditTrail;
let throttle: AuditThrottle;
let refusals: AuditRefusals;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  log = RecordingLog.install();
  trail = new FakeAuditTrail();
  throttle = new AuditThrottle(trail, new PoisonMessageReporter());
  refusals = new AuditRefusals(trail, throttle);
});
afterEach(() => {
  jest.useRealTimers();
});

function refuse(
  caller: string | undefined,
  reason: 'expired' | 'missing' = 'expired',
  route: string = ROUTE,
): void {
  RequestContext.run('request-1', () => {
    if (caller !== undefined) RequestContext.actAs(caller);
    refusals.observe(new UnauthenticatedError(reason), route);
  });
}

const strangerIn = (id: string, reason: string, suppressed?: number): object => ({
  action: 'REQUEST_REFUSED',
  target: { type: 'route', id },
  outcome: 'denied',
  reason,
  detail: { code: 'unauthenticated', ...(suppressed === undefined ? {} : { suppressed }) },
  actor: { type: 'unknown', name: '' },
});

describe(AuditRefusals.name, () => {
  it('records the attempt and the reason of its refusal', () => {
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

  it('records the first refusal per caller and kind in a minute', () => {
    for (let second = 0; second < 60; second += 1) {
      refuse('billing');
      refuse('shop');
      jest.advanceTimersByTime(1_000);
    }
    expect(trail.facts).toHaveLength(2);

    refuse('billing');
    expect(trail.facts).toHaveLength(3);
  });

  it('records the first refusal without a credential per reason and route, and the others as a count', async () => {
    for (let count = 0; count < 500; count += 1) {
      refuse(undefined);
      refuse(undefined, 'missing');
      refuse(undefined, 'missing', 'GET /v1/audit');
    }
    expect(trail.facts).toEqual([
      strangerIn(ROUTE, 'expired'),
      strangerIn(ROUTE, 'missing'),
      strangerIn('GET /v1/audit', 'missing'),
    ]);

    await jest.advanceTimersByTimeAsync(1_000);
    expect(trail.facts.slice(3)).toEqual([
      strangerIn(ROUTE, 'expired', 498),
      strangerIn(ROUTE, 'missing', 498),
      strangerIn('GET /v1/audit', 'missing', 498),
    ]);
  });

  it('loses none when it stops, however many kinds there are', async () => {
    for (let route = 0; route < 450; route += 1) {
      for (let count = 0; count < 3; count += 1) refuse(undefined, 'missing', `GET /${route}`);
    }
    expect(trail.facts).toHaveLength(100);
    await refusals.settle();

    const recorded = trail.facts.map(({ detail }) => Number(detail?.['suppressed'] ?? 0) + 1);
    expect(recorded.reduce((sum, count) => sum + count, 0)).toBe(450 * 3);
  });

  it('records each route and each reason of a caller', () => {
    for (let count = 0; count < 5; count += 1) {
      refuse('billing');
      refuse('billing', 'missing');
      refuse('billing', 'expired', 'DELETE /v1/sessions/:conversationId');
    }

    expect(trail.facts.map(({ target, reason }) => `${target.id} ${reason}`)).toEqual([
      `${ROUTE} expired`,
      `${ROUTE} missing`,
      'DELETE /v1/sessions/:conversationId expired',
    ]);
  });

  it('writes few at once, however many are refused', () => {
    for (let count = 0; count < 1_000; count += 1) refuse(`caller-${count}`);

    expect(trail.facts).toHaveLength(100);
  });

  it('keeps refusals without a credential if their record cannot be written, and records them later', async () => {
    trail.failure = new StorageUnavailableError();
    for (let count = 0; count < 3; count += 1) refuse(undefined);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(trail.facts).toEqual([]);
    trail.failure = undefined;
    await jest.advanceTimersByTimeAsync(10_000);

    expect(trail.facts).toEqual([strangerIn(ROUTE, 'expired', 2)]);
  });

  it('drops refusals without a credential if the database refuses their record', async () => {
    trail.refused.add(ROUTE);
    refuse(undefined);
    await jest.advanceTimersByTimeAsync(600_000);

    expect(log.at('error')).toEqual([expect.objectContaining({ message: 'Audit write failed', count: 1 })]);
  });

  it('records when it settles how often callers were refused since the modules were destroyed', async () => {
    await throttle.onModuleDestroy();
    for (let count = 0; count < 3; count += 1) refuse('billing');
    expect(trail.facts).toHaveLength(1);
    await refusals.settle();

    expect(trail.facts.slice(1)).toEqual([
      expect.objectContaining({ detail: { code: 'unauthenticated', suppressed: 1 } }),
    ]);
  });

  it('logs a refusal that could not be recorded, and does not fail the request', async () => {
    trail.failure = new StorageUnavailableError();
    refuse('billing');
    await refusals.settle();

    expect(log.at('error')).toEqual([expect.objectContaining({ message: 'Audit write failed' })]);
  });
});
