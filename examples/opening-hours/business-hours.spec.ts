import { BusinessHours } from './business-hours';

const EIGHT = 8 * 60;
const MIDNIGHT = 24 * 60;

describe(BusinessHours.name, () => {
  it('include the minutes from the start until before the end', () => {
    const hours = BusinessHours.parse('Mon-Fri 08:00-18:00, Sat 10:00-14:00');

    expect([EIGHT - 1, EIGHT, 18 * 60 - 1, 18 * 60].map((minute) => hours.includes('Wed', minute))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(['Fri', 'Sat', 'Sun'].map((day) => hours.includes(day, 12 * 60))).toEqual([true, true, false]);
    expect(hours.includes('Sat', EIGHT)).toBe(false);
  });

  it('may end at midnight, and span the end of a week', () => {
    const hours = BusinessHours.parse('Sat-Mon 00:00-24:00');

    expect(['Fri', 'Sat', 'Sun', 'Mon', 'Tue'].map((day) => hours.includes(day, MIDNIGHT - 1))).toEqual([
      false,
      true,
      true,
      true,
      false,
    ]);
  });

  it('may be empty', () => {
    const hours = BusinessHours.parse('closed');

    expect(hours.includes('Mon', EIGHT)).toBe(false);
    expect(hours.text).toBe('closed');
  });

  it.each([
    '',
    'always',
    'Mon',
    'Mon 8:00-18:00',
    'Mon 08:00-08:00',
    'Mon 22:00-02:00',
    'Mon 08:00-24:01',
    'Mon 08:60-09:00',
    'mon 08:00-18:00',
    'Mon-Fri 08:00-18:00,',
  ])('are refused when written as "%s"', (text) => {
    expect(() => BusinessHours.parse(text)).toThrow('is not of the form');
  });
});
