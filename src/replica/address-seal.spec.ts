import { type DataKey, dataKeyOf, newDataKey } from '../config/data-key-list';
import { AddressSeal } from './address-seal';
import { DataKeySeal } from './data-key-seal';

const [k1, k2] = [aKey('k1'), aKey('k2')];
const REPLICA = { id: 'a', address: 'http://10.0.0.7:3000' };

function aKey(id: string): DataKey {
  const key = dataKeyOf(newDataKey(id));
  if (key === undefined) throw new Error('The key is invalid.');
  return key;
}

function sealWith(...dataKeys: DataKey[]): AddressSeal {
  return new AddressSeal({ databaseUrl: undefined, dataDir: '', startTimeoutMs: 0, dataKeys });
}

describe(AddressSeal.name, () => {
  const seal = sealWith(k1).sign(REPLICA);

  it('binds an address to the id of its replica', () => {
    const isGenuine = (changes: object): boolean => sealWith(k1).isGenuine({ ...REPLICA, seal, ...changes });

    expect(isGenuine({})).toBe(true);
    expect(isGenuine({ address: 'http://10.0.0.8:3000' })).toBe(false);
    expect(isGenuine({ id: 'b' })).toBe(false);
    expect(isGenuine({ seal: '' })).toBe(false);
    expect(isGenuine({ seal: `${seal.slice(0, -2)}AA` })).toBe(false);
  });

  it('verifies with every data key, and with no other', () => {
    expect(sealWith(k2, k1).isGenuine({ ...REPLICA, seal })).toBe(true);
    expect(sealWith(k2).isGenuine({ ...REPLICA, seal })).toBe(false);
  });
});

describe(DataKeySeal.name, () => {
  it('is invalid for another purpose', () => {
    const code = new DataKeySeal([k1], 'one').sign('text');

    expect(new DataKeySeal([k1], 'one').isGenuine('text', code)).toBe(true);
    expect(new DataKeySeal([k1], 'other').isGenuine('text', code)).toBe(false);
  });
});
