import { entityTagOf, isKnown } from './entity-tag';

const TAG = entityTagOf({ version: 1 });

describe(entityTagOf.name, () => {
  it('is the same for the same, and another one for anything else', () => {
    expect(entityTagOf({ version: 1 })).toBe(TAG);
    for (const other of [{ version: 2 }, { version: '1' }, { version: 1, name: null }, {}])
      expect(entityTagOf(other)).not.toBe(TAG);
  });

  it('is a strong tag in quotes', () => {
    expect(TAG).toMatch(/^"[\w-]{27}"$/);
  });
});

describe(isKnown.name, () => {
  it.each([
    ['the tag', TAG],
    ['a weak one of the same name', `W/${TAG}`],
    ['a list that holds it', `"a", ${TAG}, "b"`],
    ['a list without spaces', `"a,b",W/${TAG}`],
    ['anything', '*'],
    ['anything, with spaces', ' * '],
  ])('is true for %s', (_, header) => {
    expect(isKnown(TAG, header)).toBe(true);
  });

  it.each([
    ['nothing', undefined],
    ['an empty text', ''],
    ['another tag', '"a"'],
    ['the tag without quotes', TAG.replaceAll('"', '')],
    ['a star in quotes', '"*"'],
    ['a list of others', '"a", W/"b"'],
  ])('is false for %s', (_, header) => {
    expect(isKnown(TAG, header)).toBe(false);
  });
});
