import { ageText, durationText } from './age';

describe(durationText, () => {
  it.each([
    [0, '0 ms'],
    [-5, '0 ms'],
    [999.4, '999 ms'],
    [1_000, '1 s'],
    [61_000, '1 min 1 s'],
    [7_500_000, '2 h 5 min'],
    [86_400_000, '1 d'],
    [90_061_000, '1 d 1 h'],
  ])('shows %d ms as %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});

describe(ageText, () => {
  const now = Date.parse('2027-01-15T08:00:00.000Z');

  it.each([
    [0, 'now'],
    [-1_500, '1 s ago'],
    [-59_999, '59 s ago'],
    [-3_600_000, '1 h ago'],
    [-200_000_000, '2 d ago'],
    [300_000, 'in 5 min'],
  ])('shows a distance of %d ms as %s', (distance, text) => {
    expect(ageText(now + distance, now)).toBe(text);
  });
});
