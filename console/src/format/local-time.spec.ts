import { isoOfLocal, localTimeText } from './local-time';

describe(localTimeText, () => {
  const now = new Date(2027, 0, 15, 8).getTime();

  it.each([
    ['of today without the date', new Date(2027, 0, 15, 7, 59, 3), /^07:59:03$/],
    ['of this year without the year', new Date(2027, 0, 14, 23, 59, 3), /^(?!.*2027).*14.*23:59:03/],
    ['of another year in full', new Date(2026, 11, 31, 7, 0, 0), /31.*2026.*07:00:00/],
  ])('shows a moment %s', (_case, at, text) => {
    expect(localTimeText(at, now)).toMatch(text);
  });
});

describe(isoOfLocal, () => {
  it('reads the value of a field as local time', () => {
    expect(isoOfLocal('2027-01-15T08:00')).toBe(new Date(2027, 0, 15, 8).toISOString());
  });

  it.each([undefined, '', 'soon'])('has no time for %p', (value) => {
    expect(isoOfLocal(value)).toBeUndefined();
  });
});
