import { isoOfLocal } from './local-time';

describe(isoOfLocal, () => {
  it('reads the value of a field as local time', () => {
    expect(isoOfLocal('2027-01-15T08:00')).toBe(new Date(2027, 0, 15, 8).toISOString());
  });

  it.each([undefined, '', 'soon'])('has no time for %p', (value) => {
    expect(isoOfLocal(value)).toBeUndefined();
  });
});
