import { isEpochMs, isStorableText, isWholeNumber, isWritableMoment } from './column-types';

const NO_NUMBERS = [
  NaN,
  Infinity,
  -Infinity,
  1.5,
  2 ** 53,
  -(2 ** 53),
  '1',
  null,
  undefined,
  [1],
  {},
  true,
  1n,
];

describe(isWholeNumber.name, () => {
  it.each(NO_NUMBERS)('refuses %p', (value) => {
    expect(isWholeNumber(value)).toBe(false);
    expect(isEpochMs(value)).toBe(false);
  });

  it('accepts both ends of its range, and nothing beyond', () => {
    expect([-1, 0, 15, 16].map((value) => isWholeNumber(value, 0, 15))).toEqual([false, true, true, false]);
    expect(
      [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER + 1].map((value) => isWholeNumber(value)),
    ).toEqual([true, false]);
  });
});

describe(isEpochMs.name, () => {
  it('accepts every moment that a date can express', () => {
    expect([-8.64e15, 0, 8.64e15].map(isEpochMs)).toEqual([true, true, true]);
    expect([-8.64e15 - 1, 8.64e15 + 1].map(isEpochMs)).toEqual([false, false]);
  });
});

describe(isWritableMoment.name, () => {
  it.each(['0000-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'])(
    'accepts %s, and nothing beyond',
    (text) => {
      const at = Date.parse(text);
      const beyond = at < 0 ? at - 1 : at + 1;

      expect([at, beyond, NaN].map(isWritableMoment)).toEqual([true, false, false]);
    },
  );
});

describe(isStorableText.name, () => {
  it.each(['', 'a', '\u0001', '😀', '\uFFFF', 'a'.repeat(8)])('accepts %j', (value) => {
    expect(isStorableText(value, 8)).toBe(true);
  });

  it.each([
    '\u0000',
    'a\u0000b',
    '\uD800',
    'a\uDC00',
    '\uDE00\uD83D',
    'a'.repeat(9),
    7,
    null,
    undefined,
    ['a'],
  ])('refuses %j', (value) => {
    expect(isStorableText(value, 8)).toBe(false);
  });
});
