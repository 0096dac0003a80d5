import { type DataKey, dataKeyOf, newDataKey } from '../config/data-key-list';
import { AddressSigner } from './address-signer';
import { DataKeyHmac } from './data-key-hmac';

const [k1, k2] = [aKey('k1'), aKey('k2')];
const REPLICA = { id: 'a', address: 'http://10.0.0.7:3000' };

function aKey(id: string): DataKey {
  const key = dataKeyOf(newDataKey(id));
  if (key === undefined) throw new Error('The key is invalid.');
  return key;
}

function signerWith(...dataKeys: DataKey[]): AddressSigner {
  return new AddressSigner({ databaseUrl: undefined, dataDir: '', startTimeoutMs: 0, dataKeys });
}

describe(AddressSigner.name, () => {
  const signature = signerWith(k1).sign(REPLICA);

  it('binds an address to the id of its replica', () => {
    const isGenuine = (changes: object): boolean =>
      signerWith(k1).isGenuine({ ...REPLICA, signature, ...changes });

    expect(isGenuine({})).toBe(true);
    expect(isGenuine({ address: 'http://10.0.0.8:3000' })).toBe(false);
    expect(isGenuine({ id: 'b' })).toBe(false);
    expect(isGenuine({ signature: '' })).toBe(false);
    expect(isGenuine({ signature: `${signature.slice(0, -2)}AA` })).toBe(false);
  });

  it('verifies with every data key, and with no other', () => {
    expect(signerWith(k2, k1).isGenuine({ ...REPLICA, signature })).toBe(true);
    expect(signerWith(k2).isGenuine({ ...REPLICA, signature })).toBe(false);
  });
});

describe(DataKeyHmac.name, () => {
  it('is invalid for another purpose', () => {
    const code = new DataKeyHmac([k1], 'one').sign('text');

    expect(new DataKeyHmac([k1], 'one').isGenuine('text', code)).toBe(true);
    expect(new DataKeyHmac([k1], 'other').isGenuine('text', code)).toBe(false);
  });
});
