import { validateSync } from 'class-validator';
import { BoundedList, boundOfList, UniqueEntries } from './list.decorator';

class Entry {
  name?: unknown;
}

class Lists {
  @BoundedList(3)
  @UniqueEntries('must hold each once')
  words: unknown = [];

  @BoundedList(2, () => Entry)
  entries: unknown = [];

  other?: unknown;
}

class MoreLists extends Lists {}

const complaints = (words: unknown): string[] =>
  validateSync(Object.assign(new Lists(), { words })).flatMap(({ constraints }) =>
    Object.values(constraints ?? {}),
  );

describe(BoundedList.name, () => {
  it('accepts a list up to its bound', () => {
    expect(complaints([])).toEqual([]);
    expect(complaints(['a', 'b', 'c'])).toEqual([]);
    expect(complaints(['a', 'b', 'c', 'd'])).toEqual(['must have at most 3 entries']);
  });

  it.each([
    ['a text', 'abc'],
    ['an object', { length: 1 }],
    ['null', null],
  ])('refuses %s', (_, words) => {
    expect(complaints(words)).toContain('must be a list');
  });
});

describe(boundOfList.name, () => {
  it('returns the bound and the class of the entries, also of an inherited list', () => {
    expect(boundOfList(Lists, 'words')).toEqual({ max: 3 });
    expect(boundOfList(MoreLists, 'entries')?.entryOf?.()).toBe(Entry);
  });

  it('returns no bound for other properties', () => {
    expect(boundOfList(Lists, 'other')).toBeUndefined();
    expect(boundOfList(Lists, 'toString')).toBeUndefined();
  });
});

describe(UniqueEntries.name, () => {
  it.each([[[]], [['a', 'A']], [[1, '1']]])('accepts %j', (words) => {
    expect(complaints(words)).toEqual([]);
  });

  it.each([[['a', 'a']], [['b', 'a', 'b']], [[1, 1]], [[null, null]]])('refuses %j', (words) => {
    expect(complaints(words)).toEqual(['must hold each once']);
  });
});
