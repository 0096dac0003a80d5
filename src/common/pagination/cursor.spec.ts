import fc from 'fast-check';
import { InvalidRequestError } from '../errors/invalid-request.error';
import { decodeCursor, encodeCursor, invalidCursor } from './cursor';

const textOf = (content: string): string => Buffer.from(content).toString('base64url');

describe(decodeCursor.name, () => {
  it('gives back what was encoded, as a text that fits a URL', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.integer(), fc.string({ unit: 'grapheme' }))), (parts) => {
        const cursor = encodeCursor(parts);
        expect(cursor).toMatch(/^[\w-]*$/);
        expect(decodeCursor(cursor)).toEqual(parts);
      }),
    );
  });

  it.each(['', '{}', 'null', '"text"', '7', 'true', '[1', 'undefined'])('finds no parts in %j', (content) => {
    expect(decodeCursor(textOf(content))).toEqual([]);
  });

  it('finds no parts in any text that was not encoded', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(Array.isArray(decodeCursor(text))).toBe(true);
      }),
    );
  });
});

describe(invalidCursor.name, () => {
  it('points to the cursor', () => {
    const error = invalidCursor();

    expect(error).toBeInstanceOf(InvalidRequestError);
    expect(error.errors).toEqual([expect.objectContaining({ pointer: '#/cursor', code: 'invalid-cursor' })]);
  });
});
