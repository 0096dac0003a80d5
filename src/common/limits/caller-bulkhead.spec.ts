import { CallerBulkhead, type ReleasePlace, type ShareRefusal } from './caller-bulkhead';

function acquire(shares: CallerBulkhead, caller: string, share?: number): ReleasePlace {
  const place = shares.tryAcquire(caller, share);
  if (typeof place === 'string') throw new Error(`Refused: ${place}.`);
  return place;
}

function refusal(shares: CallerBulkhead, caller: string, share?: number): ShareRefusal | undefined {
  const place = shares.tryAcquire(caller, share);
  return typeof place === 'string' ? place : undefined;
}

describe(CallerBulkhead.name, () => {
  it('leaves a caller served whose neighbour has filled its share', () => {
    const shares = new CallerBulkhead(3, 2);
    acquire(shares, 'greedy');
    acquire(shares, 'greedy');

    expect(refusal(shares, 'greedy')).toBe('share');
    expect(refusal(shares, 'other')).toBeUndefined();
    expect(shares.count).toBe(3);
  });

  it('refuses beyond the total, whatever the share', () => {
    const shares = new CallerBulkhead(2, 2);
    acquire(shares, 'one');
    acquire(shares, 'two');

    expect(refusal(shares, 'three')).toBe('total');
  });

  it('names the share first when both limits are reached', () => {
    const shares = new CallerBulkhead(2, 1);
    acquire(shares, 'one');
    acquire(shares, 'two');

    expect([refusal(shares, 'one'), refusal(shares, 'three')]).toEqual(['share', 'total']);
  });

  it('gives one caller everything without a share', () => {
    const shares = new CallerBulkhead(2);
    acquire(shares, 'one');
    acquire(shares, 'one');

    expect(shares.countOf('one')).toBe(2);
    expect(refusal(shares, 'one')).toBe('total');
  });

  it('prefers the share that the caller brings', () => {
    const shares = new CallerBulkhead(4, 1);
    acquire(shares, 'large', 2);

    expect(refusal(shares, 'large', 2)).toBeUndefined();
    expect(refusal(shares, 'large', 2)).toBe('share');
    expect(refusal(shares, 'small', 0)).toBe('share');
  });

  it('frees a place once, however often it is released', () => {
    const shares = new CallerBulkhead(2, 2);
    const release = acquire(shares, 'one');
    acquire(shares, 'one');
    release();
    release();

    expect([shares.count, shares.countOf('one')]).toEqual([1, 1]);
  });

  it('keeps nothing of a caller without a place', () => {
    const shares = new CallerBulkhead(2, 1);
    for (let caller = 0; caller < 1_000; caller += 1) {
      acquire(shares, `caller-${caller}`)();
      refusal(shares, `caller-${caller}`, 0);
    }

    expect(shares.count).toBe(0);
    expect((shares as unknown as { held: Map<string, number> }).held.size).toBe(0);
  });
});
