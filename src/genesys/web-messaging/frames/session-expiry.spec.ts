import { expiryOf } from './session-expiry';

const NOW = 1_795_000_000_000;
const DAY = 86_400;

describe(expiryOf.name, () => {
  it('is the date that the server names, in seconds', () => {
    expect(expiryOf({ durationSeconds: DAY, expirationDate: NOW / 1000 + 60 }, NOW)).toEqual({
      durationMs: DAY * 1000,
      expiresAt: NOW + 60_000,
    });
  });

  it.each([
    ['none', undefined],
    ['one in the past', NOW / 1000 - 1],
    ['one in milliseconds', NOW + 60_000],
    ['none that makes sense', -5],
  ])('is the duration from now on when the date is %s', (_what, expirationDate) => {
    expect(expiryOf({ durationSeconds: DAY, expirationDate }, NOW).expiresAt).toBe(NOW + DAY * 1000);
  });

  it.each([0, -1, 1e12, undefined])('knows no duration of %p', (durationSeconds) => {
    expect(expiryOf({ durationSeconds, expirationDate: undefined }, NOW)).toEqual({});
  });

  it('comes in whole milliseconds, as a database stores them', () => {
    const stated = { durationSeconds: 60.00049, expirationDate: NOW / 1000 + 1.0004 };

    expect(expiryOf(stated, NOW)).toEqual({ durationMs: 60_000, expiresAt: NOW + 1_000 });
    expect(expiryOf({ ...stated, expirationDate: undefined }, NOW).expiresAt).toBe(NOW + 60_000);
  });
});
