import { parseRetryAfter } from './retry-after';

const NOW = Date.UTC(2026, 0, 15, 12, 0, 0);

describe(parseRetryAfter.name, () => {
  it.each([
    ['0', 0],
    ['3', 3_000],
    [' 120 ', 120_000],
    ['007', 7_000],
    ['315360000', 31_536_000_000],
    ['Thu, 15 Jan 2026 12:00:30 GMT', 30_000],
    ['Thu, 15 Jan 2026 11:00:00 GMT', 0],
    ['Thursday, 15-Jan-26 12:00:30 GMT', 30_000],
  ])('reads %j as %i ms', (value, ms) => {
    expect(parseRetryAfter(value, NOW)).toBe(ms);
  });

  it.each([
    undefined,
    '',
    ' ',
    '-1',
    '1.5',
    '1e3',
    '0x10',
    '3 seconds',
    '3, 5',
    'soon',
    'NaN',
    'Infinity',
    '2026-01-15',
    '2026-01-15T12:00:30Z',
    'Thu, 99 Jan 2026 12:00:30 GMT',
    'Thu, soon',
  ])('makes nothing of %j', (value) => {
    expect(parseRetryAfter(value, NOW)).toBeUndefined();
  });
});
