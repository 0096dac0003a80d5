import { attributesBytes, bytesOf, oversizeOf } from './size-limits';

describe(oversizeOf.name, () => {
  it('counts bytes of UTF-8, not characters', () => {
    expect(bytesOf('größe€😀')).toBe(14);
    expect(attributesBytes({ ä: '€', b: '' })).toBe(6);
  });

  it.each([
    ['x'.repeat(4096), undefined],
    ['x'.repeat(4097), 'text'],
    ['€'.repeat(1365), undefined],
    ['€'.repeat(1366), 'text'],
  ])('takes a text of at most 4096 bytes', (text, expected) => {
    expect(oversizeOf({ text })).toBe(expected);
  });

  it('takes custom attributes of at most 2048 bytes, or as many as the session states', () => {
    const customAttributes = { key: 'x'.repeat(2045) };

    expect(oversizeOf({ customAttributes })).toBeUndefined();
    expect(oversizeOf({ customAttributes: { ...customAttributes, k: '' } })).toBe('custom-attributes');
    expect(oversizeOf({ customAttributes }, 100)).toBe('custom-attributes');
  });
});
