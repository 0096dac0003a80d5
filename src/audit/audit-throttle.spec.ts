import { PoisonMessageReporter } from '../common/poison/poison-message-reporter';
import { RequestContext } from '../common/logging/request-context';
import { AuditThrottle } from './audit-throttle';
import type { AuditFact } from './domain/audit-record';
import { FakeAuditTrail } from './ports/audit-trail.fake';
import { RecordingLog } from './recording-log.fake';

const FACT: AuditFact = {
  action: 'MESSAGES_READ',
  target: { type: 'session', id: 'a' },
  detail: { owner: 'shop' },
  actor: { type: 'caller', name: 'billing' },
};

let log: RecordingLog;
let trail: FakeAuditTrail;
let throttle: AuditThrottle;

beforeEach(() => {
  jest.useFakeTimers();
  log = RecordingLog.install();
  trail = new FakeAuditTrail();
  throttle = new AuditThrottle(trail, new PoisonMessageReporter());
  throttle.onApplicationBootstrap();
});
afterEach(async () => {
  await throttle.settle();
  jest.useRealTimers();
});

/** The kinds that were recorded, each with the number of further facts that the record stands for. */
const recorded = (): unknown[] =>
  trail.facts.map(({ target, detail }) => [target.id, detail?.['suppressed'] ?? 0]);

const of = (id: string): AuditFact => ({ ...FACT, target: { type: 'session', id } });

describe(AuditThrottle.name, () => {
  it('records the first of each kind at once, independently of other kinds', async () => {
    await Promise.all(['a', 'b', 'a', 'a', 'c', 'b'].map((id) => throttle.record(id, of(id))));

    expect(recorded()).toEqual([
      ['a', 0],
      ['b', 0],
      ['c', 0],
    ]);
  });

  it('records with the next of a kind how many came in between', async () => {
    await jest.advanceTimersByTimeAsync(30_000);
    for (let count = 0; count < 4; count += 1) await throttle.record('a', FACT);
    jest.advanceTimersByTime(59_999);
    await throttle.record('a', FACT);
    expect(recorded()).toEqual([['a', 0]]);
    jest.advanceTimersByTime(1);
    await throttle.record('a', FACT);

    expect(recorded()).toEqual([
      ['a', 0],
      ['a', 4],
    ]);
  });

  it('closes the window of a kind that does not recur, with the actor of the first', async () => {
    RequestContext.run('request-1', () => {
      RequestContext.actAs('billing');
      const { actor, ...unattributed } = FACT;
      for (let count = 0; count < 3; count += 1) void throttle.record('a', unattributed);
      expect(actor).toEqual({ type: 'caller', name: 'billing' });
    });
    await jest.advanceTimersByTimeAsync(120_000);
    expect(trail.facts.slice(1)).toEqual([{ ...FACT, detail: { owner: 'shop', suppressed: 1 } }]);
    await jest.advanceTimersByTimeAsync(600_000);

    expect(trail.facts).toHaveLength(2);
  });

  it('records every count when the process stops', async () => {
    for (const id of ['a', 'a', 'a', 'b']) await throttle.record(id, of(id));
    throttle.count('c', of('c'));
    await throttle.settle();

    expect(recorded()).toEqual([
      ['a', 0],
      ['b', 0],
      ['a', 1],
      ['c', 0],
    ]);
  });

  it('rejects a read if its record cannot be written, and retries after a second', async () => {
    trail.failure = new Error('away');
    await expect(throttle.record('a', FACT)).rejects.toThrow('away');
    trail.failure = undefined;
    await expect(throttle.record('a', FACT)).rejects.toThrow('away');
    jest.advanceTimersByTime(1_000);
    await throttle.record('a', FACT);

    expect(recorded()).toEqual([['a', 2]]);
  });

  it('logs that counts cannot be recorded, and keeps them', async () => {
    for (let count = 0; count < 3; count += 1) await throttle.record('a', FACT);
    trail.failure = new Error('away');
    await jest.advanceTimersByTimeAsync(120_000);
    expect(log.at('error')[0]).toMatchObject({ message: 'Audit write failed' });
    trail.failure = undefined;
    await jest.advanceTimersByTimeAsync(60_000);

    expect(recorded()).toEqual([
      ['a', 0],
      ['a', 1],
    ]);
  });

  it('remembers a bounded number of kinds, and counts those beyond it together', async () => {
    for (let kind = 0; kind < 10_000; kind += 1) await throttle.record(`${kind}`, of(`${kind}`));
    for (let kind = 0; kind < 50; kind += 1) await throttle.record(`other ${kind}`, of(`other ${kind}`));
    expect(trail.facts).toHaveLength(10_001);
    await throttle.settle();

    expect(trail.facts.slice(10_001)).toEqual([
      {
        action: 'MESSAGES_READ',
        target: { type: 'session', id: '*' },
        actor: { type: 'unknown', name: '' },
        detail: { suppressed: 48 },
      },
    ]);
  });

  it('names none of the kinds beyond those that it remembers in a record of them', async () => {
    for (let kind = 0; kind < 10_000; kind += 1) throttle.count(`${kind}`, of(`${kind}`));
    await throttle.record('other 1', of('other 1'));
    throttle.count('other 2', of('other 2'));
    jest.advanceTimersByTime(60_000);
    await throttle.record('other 3', of('other 3'));

    const unspecific = {
      action: 'MESSAGES_READ',
      target: { type: 'session', id: '*' },
      actor: { type: 'unknown', name: '' },
    };
    expect(trail.facts.filter(({ target }) => Number.isNaN(Number(target.id)))).toEqual([
      unspecific,
      { ...unspecific, detail: { suppressed: 1 } },
    ]);
  });

  it('attributes the work of the service itself to the service', async () => {
    const { actor, ...unattributed } = FACT;
    expect(actor).toBeDefined();
    throttle.count('a', unattributed);
    await throttle.settle();

    expect(trail.facts).toEqual([{ ...unattributed, actor: { type: 'service', name: 'guest-sessions' } }]);
  });

  it('sets aside a window if the database refuses its record, and closes the others', async () => {
    for (const id of ['a', 'poisoned', 'b']) {
      await throttle.record(id, of(id));
      throttle.count(id, of(id));
    }
    trail.refused.add('poisoned');
    await jest.advanceTimersByTimeAsync(600_000);

    expect(recorded().slice(3)).toEqual([
      ['a', 0],
      ['b', 0],
    ]);
    expect(log.at('error')).toEqual([
      expect.objectContaining({ message: 'Poison message set aside', operation: 'audit', reason: '22021' }),
    ]);
  });

  it('closes the other windows when a batch of them fails', async () => {
    for (let kind = 0; kind < 150; kind += 1) throttle.count(`${kind}`, of(`${kind}`));
    const record: (...facts: AuditFact[]) => Promise<void> = trail.record.bind(trail);
    Object.assign(trail, {
      record: (...facts: AuditFact[]) =>
        facts.some(({ target }) => target.id === '7')
          ? Promise.reject(new TypeError('a fault of ours'))
          : record(...facts),
    });
    await jest.advanceTimersByTimeAsync(60_000);

    expect(recorded()).toHaveLength(50);
  });
});
