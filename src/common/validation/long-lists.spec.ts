import { BoundedList } from './list.decorator';
import { setLongListsAside } from './long-lists';

class Leaf {
  @BoundedList(1)
  words?: unknown[];
}

class Branch {
  @BoundedList(2, () => Leaf)
  leaves?: Leaf[];

  @BoundedList(3)
  words?: unknown[];

  // The decorator makes the compiler keep the type of the property.
  @Reflect.metadata('any', true)
  leaf?: Leaf;
}

/** A list that fails as soon as one of its entries is read. */
function untouchable(length: number): unknown[] {
  return new Proxy<unknown[]>(new Array(length), {
    get: (target, key) => {
      if (key === 'length') return target.length;
      throw new Error(`${String(key)} was looked at`);
    },
  });
}

const tooLong = (pointer: string, max: number): object => ({
  pointer,
  code: 'too-long',
  detail: `must have at most ${max} entries`,
});

describe(setLongListsAside.name, () => {
  it('returns a value without too long lists unchanged', () => {
    const value = {
      words: [1, 2, 3],
      leaves: [{ words: [1] }, {}],
      leaf: { words: [] },
      other: [1, 2, 3, 4],
    };

    const { rest, errors } = setLongListsAside(value, Branch);

    expect(rest).toBe(value);
    expect(errors).toEqual([]);
  });

  it('removes a list that is too long by its length alone', () => {
    const { rest, errors } = setLongListsAside({ words: untouchable(4), other: 1 }, Branch);

    expect(rest).toEqual({ other: 1 });
    expect(errors).toEqual([tooLong('#/words', 3)]);
  });

  it('finds lists in objects, and in the objects of lists', () => {
    const value = { leaves: [{ words: [1] }, { words: untouchable(2) }], leaf: { words: untouchable(9) } };

    const { rest, errors } = setLongListsAside(value, Branch);

    expect(rest).toEqual({ leaves: [{ words: [1] }, {}], leaf: {} });
    expect(errors).toEqual([tooLong('#/leaves/1/words', 1), tooLong('#/leaf/words', 1)]);
  });

  it('does not search within a list that is too long', () => {
    expect(setLongListsAside({ leaves: untouchable(3) }, Branch).errors).toEqual([tooLong('#/leaves', 2)]);
  });

  it.each([
    ['a text', 'x'],
    ['null', null],
    ['a list', [[]]],
    ['nothing', undefined],
  ])('leaves %s to the rules', (_, value) => {
    expect(setLongListsAside(value, Branch)).toEqual({ rest: value, errors: [] });
    expect(setLongListsAside({ words: value, leaf: value, leaves: [value] }, Branch).errors).toEqual([]);
  });
});
