import { derivedKey } from './derived-key';

const KEY = Buffer.alloc(32, 7);

describe(derivedKey.name, () => {
  it('derives the same bytes each time, so that earlier texts stay readable', () => {
    expect(derivedKey(KEY, 'a purpose', 16).toString('hex')).toBe('2be1604292badce768e060ace7b4c761');
  });

  it.each([
    ['purpose', KEY, 'another purpose'],
    ['data key', Buffer.alloc(32, 8), 'a purpose'],
  ])('derives another key from another %s', (_what, key, purpose) => {
    expect(derivedKey(key, purpose, 32).equals(derivedKey(KEY, 'a purpose', 32))).toBe(false);
  });

  it('derives the requested number of bytes', () => {
    expect(derivedKey(KEY, 'a purpose', 64)).toHaveLength(64);
  });
});
