import { attributesIn, countIn, momentIn, storableTextIn, tagsIn } from './field-readers';

const NOW = Date.UTC(2026, 5, 1, 12);
const DAY_MS = 86_400_000;

describe(momentIn.name, () => {
  it.each([
    [NOW, NOW],
    [NOW + 0.7, NOW],
    [String(NOW), NOW],
    ['2026-06-01T12:00:00.000Z', NOW],
    ['2026-06-01T12:00:00Z', NOW],
    ['2026-06-01T14:00:00.000+0200', NOW],
    ['2026-06-01T14:00:00.000+02:00', NOW],
    ['2026-06-01T12:00:00.000', NOW],
    ['2026-6-1T12:00:00.000Z', NOW],
    [NOW + DAY_MS, NOW + DAY_MS],
  ])('reads %p', (value, at) => {
    expect(momentIn({ value }, 'value', NOW)).toBe(at);
  });

  it.each([
    [NOW + DAY_MS + 1],
    [NOW / 1000],
    [0],
    [-NOW],
    [NaN],
    [Infinity],
    [1e300],
    ['9'.repeat(15)],
    ['9'.repeat(100_000)],
    ['9999-12-31T23:59:59Z'],
    ['1999-12-31T23:59:59Z'],
    ['2026-13-45T99:99:99Z'],
    ['yesterday'],
    ['12'],
    [''],
    [null],
    [{}],
    [[NOW]],
    [true],
  ])('reads none from a value: %p', (value) => {
    expect(momentIn({ value }, 'value', NOW)).toBeUndefined();
  });
});

describe(countIn.name, () => {
  it.each([
    [0, 0],
    [1e12, 1e12],
    ['60000', 60_000],
    [1e12 + 1, undefined],
    [-1, undefined],
    [0.5, undefined],
    ['1e3', undefined],
    ['', undefined],
    [null, undefined],
    [[5], undefined],
  ])('reads %p as %p', (value, count) => {
    expect(countIn({ value }, 'value')).toBe(count);
  });
});

describe('the readers of texts', () => {
  it('cut a text at its bound, without half a character', () => {
    expect(storableTextIn({ text: 'abc' }, 'text', 2)).toBe('ab');
    expect(storableTextIn({ text: 'a😀' }, 'text', 2)).toBe('a\ufffd');
    expect(storableTextIn({ text: '\0' }, 'text', 2)).toBe('\ufffd');
  });

  it.each(['', 1, null, {}, ['a'], undefined])('read none from %p', (text) => {
    expect(storableTextIn({ text }, 'text', 2)).toBeUndefined();
  });

  it('bound the tags', () => {
    const tags = Array.from({ length: 5_000 }, () => 'x'.repeat(5_000));

    expect(tagsIn({ tags }, 'tags')).toHaveLength(50);
    expect(tagsIn({ tags: ['a', 1, 'b\0'] }, 'tags')).toEqual(['a', 'b\ufffd']);
    expect(tagsIn({ tags: [tags[0]] }, 'tags')).toEqual(['x'.repeat(256)]);
  });
});

describe(attributesIn.name, () => {
  it('drops values that are no strings, too long, or not storable', () => {
    const attributes = { a: '1', b: 2, c: 'x'.repeat(4_097), d: 'a\0', [`e${'x'.repeat(256)}`]: '1', f: '' };

    expect(attributesIn({ attributes }, 'attributes')).toEqual({ a: '1', f: '' });
  });

  it('keeps at most 100, and inherits none', () => {
    const attributes = Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`k${at}`, 'v']));
    const own = attributesIn(JSON.parse('{"map":{"__proto__":"x"}}') as { map: object }, 'map');

    expect(Object.keys(attributesIn({ attributes }, 'attributes'))).toHaveLength(100);
    expect(Object.entries(own)).toEqual([['__proto__', 'x']]);
  });
});
