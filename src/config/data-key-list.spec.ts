import { dataKeyOf, dataKeyTextOf, isDataKeyList, newDataKey, splitDataKeys } from './data-key-list';

const [one, two] = [newDataKey('k1'), newDataKey('k2')] as const;

describe(isDataKeyList.name, () => {
  it('accepts generated keys in the format of the setting', () => {
    expect(isDataKeyList(splitDataKeys(` ${two} , ${one}`))).toBe(true);
    expect(splitDataKeys(` ${two} , ${one}`).map(dataKeyOf)).toEqual([
      { id: 'k2', key: Buffer.from(dataKeyTextOf(two), 'base64') },
      { id: 'k1', key: Buffer.from(dataKeyTextOf(one), 'base64') },
    ]);
  });

  it.each([
    ['nothing', []],
    ['no list', one],
    ['the same id twice', [one, newDataKey('k1')]],
    ['no id', [one.slice('k1'.length)]],
    ['an id in capitals', [one.replace('k1', 'K1')]],
    ['an id that is too long', [newDataKey('x'.repeat(33))]],
    ['a short key', ['k1:AAAA']],
    ['a long key', [`k1:${Buffer.alloc(33).toString('base64')}`]],
    ['stray bits', [`k1:${'A'.repeat(42)}B=`]],
    ['nine keys', Array.from({ length: 9 }, (_, index) => newDataKey(`k${index}`))],
    ['null', null],
  ])('takes no %s', (_, value) => {
    expect(isDataKeyList(value)).toBe(false);
  });

  it('makes a different key every time', () => {
    expect(new Set(Array.from({ length: 100 }, () => newDataKey('k1'))).size).toBe(100);
    expect(dataKeyOf(one)?.key).toHaveLength(32);
  });
});
