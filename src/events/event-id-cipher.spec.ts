import { EventIdCipher } from './event-id-cipher';
import { anEventIdCipher } from './event-id-cipher.builder';

const LAST_CHARACTER = 42;

describe(EventIdCipher.name, () => {
  it.each([0, 1, 4_711, Number.MAX_SAFE_INTEGER])('decrypts what it has encrypted: %d', (position) => {
    const cipher = anEventIdCipher();

    expect(cipher.decrypt(cipher.encrypt(position))).toBe(position);
  });

  it('shows neither that two ids have one position, nor how far apart two positions are', () => {
    const cipher = anEventIdCipher();
    const ids = [7, 7, 8].map((position) => Buffer.from(cipher.encrypt(position), 'base64url'));
    const bytes = ids.flatMap((id) => [...id.subarray(16)]);

    expect(new Set(ids.map(String)).size).toBe(3);
    // Sixteen bytes each; those of the positions would nearly all be zero in clear.
    expect(bytes.filter((byte) => byte === 0).length).toBeLessThan(12);
  });

  it('opens an id on another replica, and while replicas differ in which data key is the first', () => {
    expect(anEventIdCipher('ab').decrypt(anEventIdCipher('ab').encrypt(7))).toBe(7);
    expect(anEventIdCipher('ba').decrypt(anEventIdCipher('ab').encrypt(7))).toBe(7);
    expect(anEventIdCipher('ab').decrypt(anEventIdCipher('ba').encrypt(7))).toBe(7);
  });

  it('does not open an id after its key was removed', () => {
    expect(anEventIdCipher('b').decrypt(anEventIdCipher('a').encrypt(7))).toBeUndefined();
  });

  it('does not open an id of which a character is another', () => {
    const cipher = anEventIdCipher();
    const id = cipher.encrypt(7);
    const changed = Array.from(id, (character, at) => {
      const other = character === 'A' ? 'B' : 'A';
      return id.slice(0, at) + other + id.slice(at + 1);
    });
    // The last character has two bits of no meaning.
    expect(changed.slice(0, LAST_CHARACTER).filter((each) => cipher.decrypt(each) !== undefined)).toEqual([]);
  });

  it.each(['', '7', 'A'.repeat(43), 'A'.repeat(44), '!'.repeat(43)])('does not open %p', (id) => {
    expect(anEventIdCipher().decrypt(id)).toBeUndefined();
  });

  it('encrypts nothing without a key', () => {
    expect(() => anEventIdCipher('').encrypt(7)).toThrow('There is no data key.');
  });
});
