import { BoundedMap } from './bounded-map';

let map: BoundedMap<string, number>;
beforeEach(() => {
  map = new BoundedMap(3);
  map.set('a', 1).set('b', 2).set('c', 3);
});

describe(BoundedMap.name, () => {
  it('deletes the entry that was set longest ago', () => {
    map.set('d', 4);

    expect([...map]).toEqual([
      ['b', 2],
      ['c', 3],
      ['d', 4],
    ]);
  });

  it('makes a key that is set again the newest', () => {
    map.set('a', 5).set('d', 4);

    expect([...map.keys()]).toEqual(['c', 'a', 'd']);
    expect(map.get('a')).toBe(5);
  });

  it('keeps the order of entries that are read', () => {
    map.get('a');
    map.set('d', 4);

    expect(map.has('a')).toBe(false);
  });

  it('never holds more than its maximum', () => {
    for (let key = 0; key < 1_000; key += 1) {
      map.set(`key-${key}`, key);

      expect(map.size).toBe(3);
    }
  });
});
