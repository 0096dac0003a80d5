import { ExpiringSet } from './expiring-set';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe(ExpiringSet.name, () => {
  it('keeps names for the given time since they were last added', () => {
    const resting = new ExpiringSet(1_000, 10);
    resting.add('a');
    resting.add('b');
    jest.advanceTimersByTime(600);
    resting.add('a');
    jest.advanceTimersByTime(400);

    expect([resting.has('a'), resting.has('b'), resting.names]).toEqual([true, false, ['a']]);
    jest.advanceTimersByTime(600);
    expect(resting.names).toEqual([]);
  });

  it('drops the oldest beyond its bound', () => {
    const resting = new ExpiringSet(1_000, 2);
    for (const name of ['a', 'b', 'c']) resting.add(name);

    expect(resting.names).toEqual(['b', 'c']);
  });
});
