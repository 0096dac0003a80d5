import { retryAfterMs } from './retry-after.js';

const DATE = 'Fri, 15 Jan 2027 08:00:00 GMT';

describe(retryAfterMs.name, () => {
  it.each([
    ['seconds', { 'retry-after': '5' }, 5_000],
    ['no time', { 'retry-after': '0' }, 0],
    ['a date', { 'retry-after': 'Fri, 15 Jan 2027 08:00:30 GMT', date: DATE }, 30_000],
    ['a date that has passed', { 'retry-after': 'Fri, 15 Jan 2027 07:00:00 GMT', date: DATE }, 0],
    ['nothing', {}, undefined],
    ['a negative number', { 'retry-after': '-5' }, undefined],
    ['a word', { 'retry-after': 'soon' }, undefined],
  ])('reads %s', (_, headers, expected) => {
    expect(retryAfterMs(new Headers(headers as Record<string, string>))).toBe(expected);
  });

  it('compares a date with the local clock when the response has none', () => {
    jest.useFakeTimers({ now: Date.parse(DATE) });
    expect(retryAfterMs(new Headers({ 'retry-after': 'Fri, 15 Jan 2027 08:00:10 GMT' }))).toBe(10_000);
    jest.useRealTimers();
  });
});
