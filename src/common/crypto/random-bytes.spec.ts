import { pooledRandomBytes, pooledRandomHex } from './random-bytes';

describe(pooledRandomBytes.name, () => {
  it('gives out no bytes twice, beyond the size of its pool', () => {
    const given = Array.from({ length: 1_000 }, (_, call) =>
      call % 2 === 0 ? pooledRandomBytes(16).toString('hex') : pooledRandomHex(16),
    );

    expect(new Set(given).size).toBe(1_000);
    expect(given.every((hex) => /^(?!0{32})[0-9a-f]{32}$/.test(hex))).toBe(true);
  });

  it('gives bytes that no later call changes', () => {
    const first = pooledRandomBytes(12);
    const before = first.toString('hex');

    for (let call = 0; call < 1_000; call += 1) pooledRandomBytes(12);

    expect(first.toString('hex')).toBe(before);
  });

  it('gives no fewer bytes than asked for', () => {
    expect(pooledRandomBytes(4_096)).toHaveLength(4_096);
    expect(() => pooledRandomBytes(4_097)).toThrow(RangeError);
  });
});
