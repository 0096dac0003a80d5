import { validateSync } from 'class-validator';
import { IsLanguageTag, IsPlainText, IsTimestamp, MaxGraphemes, MayBeAbsent } from './text.decorator';

class Texts {
  @MayBeAbsent()
  @MaxGraphemes(3)
  short?: unknown;

  @MayBeAbsent()
  @IsPlainText()
  plain?: unknown;

  @MayBeAbsent()
  @IsLanguageTag()
  tag?: unknown;

  @MayBeAbsent()
  @IsTimestamp()
  moment?: unknown;
}

const complaints = (fields: Partial<Texts>): string[] =>
  validateSync(Object.assign(new Texts(), fields)).flatMap(({ constraints }) =>
    Object.values(constraints ?? {}),
  );

describe(MayBeAbsent.name, () => {
  it('accepts undefined and not null', () => {
    expect(complaints({})).toEqual([]);
    expect(complaints({ short: null, plain: null, tag: null })).toHaveLength(3);
  });
});

describe(MaxGraphemes.name, () => {
  it.each(['', 'abc', 'äöü', '👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦', '🇩🇪🇫🇷🇮🇹', 'e\u0301e\u0301e\u0301'])('accepts %j', (short) => {
    expect(complaints({ short })).toEqual([]);
  });

  it.each([
    ['four letters', 'abcd'],
    ['four emoji', '😀😀😀😀'],
    ['one letter under fifty accents', `e${'\u0301'.repeat(50)}`],
    ['a number', 7],
    ['a list', []],
  ])('refuses %s', (_, short) => {
    expect(complaints({ short })).toEqual(['must have at most 3 characters']);
  });
});

describe(IsPlainText.name, () => {
  it.each(['', 'Ann', '王小明', 'محمد', '👩‍👩‍👧‍👦', "O'Neil <b>", 'a\u00a0b'])('accepts %j', (plain) => {
    expect(complaints({ plain })).toEqual([]);
  });

  it.each([
    ...['\u0000', '\t', '\n', '\r', '\u001b', '\u007f', '\u0085', '\u009b'],
    ...['\u200e', '\u200f', '\u202a', '\u202e', '\u2066', '\u2069', '\u2028', '\u2029', '\u061c'],
  ])('refuses %j within a text', (character) => {
    expect(complaints({ plain: `a${character}b` })).toEqual(['must hold no control characters']);
  });

  it('refuses other types than strings', () => {
    expect(complaints({ plain: 7 })).toHaveLength(1);
  });
});

describe(IsLanguageTag.name, () => {
  it.each(['en', 'en-US', 'zh-Hant-TW', 'de-CH-1996', 'es-419', 'EN-us', 'en-x-ours'])(
    'accepts %s',
    (tag) => {
      expect(complaints({ tag })).toEqual([]);
    },
  );

  it.each([
    '',
    'xx-',
    'en_US',
    'e',
    '-en',
    'en--US',
    'en-US\n',
    'ë',
    '*',
    `en${'-abcdefgh'.repeat(4)}`,
    7,
    ['en'],
  ])('refuses %j', (tag) => {
    expect(complaints({ tag })).toEqual(['must be a BCP 47 language tag']);
  });
});

describe(IsTimestamp.name, () => {
  it.each([
    '2027-01-15T08:00:00Z',
    '2027-01-15T08:00:00.5Z',
    '2027-01-15T08:00:00.123456789Z',
    '2027-01-15T08:00:00+01:00',
    '2027-01-15T08:00:00-23:59',
    '2028-02-29T23:59:59Z',
    '1969-12-31T00:00:00Z',
  ])('accepts %s', (moment) => {
    expect(complaints({ moment })).toEqual([]);
  });

  it.each([
    '',
    '2027-01-15',
    '2027-01-15T08:00:00',
    '2027-01-15T08:00Z',
    '2027-01-15 08:00:00Z',
    '2027-01-15t08:00:00z',
    '2027-01-15T08:00:00+0100',
    '2027-01-15T08:00:00.Z',
    '2027-01-15T08:00:00.1234567890Z',
    '2027-13-01T00:00:00Z',
    '2027-00-01T00:00:00Z',
    '2027-01-32T00:00:00Z',
    '2027-02-30T00:00:00Z',
    '2027-02-29T00:00:00Z',
    '2027-01-15T24:00:00Z',
    '2027-01-15T25:00:00Z',
    '2027-01-15T08:60:00Z',
    '2027-01-15T08:00:60Z',
    '2027-01-15T08:00:00+24:00',
    '2027-01-15T08:00:00Z\n',
    '+002027-01-15T08:00:00Z',
    'now',
    1_800_000_000_000,
    null,
    new Date(0),
    ['2027-01-15T08:00:00Z'],
  ])('refuses %j', (moment) => {
    expect(complaints({ moment })).toEqual(['must be a moment such as 2027-01-15T08:00:00Z']);
  });
});
