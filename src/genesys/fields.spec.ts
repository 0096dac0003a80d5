import { objectsIn, textMapIn, textsIn } from './fields';

const many = <T>(entry: T): T[] => Array.from({ length: 5_000 }, () => entry);

describe('the readers of lists and maps', () => {
  it('ignore values of another type', () => {
    const list = [{ a: 1 }, 'b', 1, null, []];

    expect(objectsIn({ list }, 'list')).toEqual([{ a: 1 }]);
    expect(textsIn({ list }, 'list')).toEqual(['b']);
    expect(textMapIn({ map: { a: 'b', c: 1 } }, 'map')).toEqual({ a: 'b' });
    expect([objectsIn({ list: {} }, 'list'), textsIn({}, 'list')]).toEqual([[], []]);
  });

  it('read at most 1,000 entries', () => {
    const map = Object.fromEntries(many('x').map((text, at) => [`k${at}`, text]));

    expect(objectsIn({ list: many({}) }, 'list')).toHaveLength(1_000);
    expect(textsIn({ list: many('x') }, 'list')).toHaveLength(1_000);
    expect(Object.keys(textMapIn({ map }, 'map'))).toHaveLength(1_000);
  });
});
