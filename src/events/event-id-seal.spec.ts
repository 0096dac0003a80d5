import { EventIdSeal } from './event-id-seal';
import { anEventIdSeal } from './event-id-seal.builder';

const LAST_CHARACTER = 42;

describe(EventIdSeal.name, () => {
  it.each([0, 1, 4_711, Number.MAX_SAFE_INTEGER])('opens what it has sealed: %d', (position) => {
    const seal = anEventIdSeal();

    expect(seal.open(seal.seal(position))).toBe(position);
  });

  it('shows neither that two ids have one position, nor how far apart two positions are', () => {
    const seal = anEventIdSeal();
    const ids = [7, 7, 8].map((position) => Buffer.from(seal.seal(position), 'base64url'));
    const bytes = ids.flatMap((id) => [...id.subarray(16)]);

    expect(new Set(ids.map(String)).size).toBe(3);
    // Sixteen bytes each; those of the positions would nearly all be zero in clear.
    expect(bytes.filter((byte) => byte === 0).length).toBeLessThan(12);
  });

  it('opens an id on another replica, and while replicas differ in which data key is the first', () => {
    expect(anEventIdSeal('ab').open(anEventIdSeal('ab').seal(7))).toBe(7);
    expect(anEventIdSeal('ba').open(anEventIdSeal('ab').seal(7))).toBe(7);
    expect(anEventIdSeal('ab').open(anEventIdSeal('ba').seal(7))).toBe(7);
  });

  it('does not open an id after its key was removed', () => {
    expect(anEventIdSeal('b').open(anEventIdSeal('a').seal(7))).toBeUndefined();
  });

  it('does not open an id of which a character is another', () => {
    const seal = anEventIdSeal();
    const id = seal.seal(7);
    const changed = Array.from(id, (character, at) => {
      const other = character === 'A' ? 'B' : 'A';
      return id.slice(0, at) + other + id.slice(at + 1);
    });
    // The last character has two bits of no meaning.
    expect(changed.slice(0, LAST_CHARACTER).filter((each) => seal.open(each) !== undefined)).toEqual([]);
  });

  it.each(['', '7', 'A'.repeat(43), 'A'.repeat(44), '!'.repeat(43)])('does not open %p', (id) => {
    expect(anEventIdSeal().open(id)).toBeUndefined();
  });

  it('seals nothing without a key', () => {
    expect(() => anEventIdSeal('').seal(7)).toThrow('There is no data key.');
  });
});
