import fc from 'fast-check';
import { InvalidRequestError } from '../errors/invalid-request.errors';
import { decodeCursor, encodeCursor, partOf } from './cursor';

const LIST = ['things', '*'];
const number = partOf((part): part is number => typeof part === 'number');
const text = partOf((part): part is string => typeof part === 'string');
const textOf = (content: string): string => Buffer.from(content).toString('base64url');

/** The position in a cursor, or the error code of an invalid one. */
function read(cursor: string, list = LIST): unknown {
  try {
    return decodeCursor(cursor, list, [number, text]);
  } catch (error) {
    if (error instanceof InvalidRequestError)
      return error.errors.map(({ pointer, code }) => `${pointer} ${code}`);
    throw error;
  }
}

const REFUSED = ['#/cursor invalid-cursor'];

describe(decodeCursor.name, () => {
  it('decodes the encoded position, from a text that fits a URL', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme' })),
        fc.integer(),
        fc.string({ unit: 'grapheme' }),
        (list, at, id) => {
          const cursor = encodeCursor(list, [at, id]);
          expect(cursor).toMatch(/^[\w-]+$/);
          expect(read(cursor, list)).toEqual([at, id]);
        },
      ),
    );
  });

  it.each(['', '{}', 'null', '"text"', '7', 'true', '[1', 'undefined', '[]', '["things","*"]'])(
    'refuses %j',
    (content) => {
      expect(read(textOf(content))).toEqual(REFUSED);
    },
  );

  it.each([
    ['too few parts', ['things', '*', 1]],
    ['too many parts', ['things', '*', 1, 'a', 'b']],
    ['the parts of another list', ['words', '*', 1, 'a']],
    ['the parts of another filter', ['things', 'x', 1, 'a']],
    ['a part of another type', ['things', '*', '1', 'a']],
    ['a part that is null', ['things', '*', null, 'a']],
    ['a part that is a list', ['things', '*', 1, ['a']]],
  ])('refuses %s', (_, parts) => {
    expect(read(textOf(JSON.stringify(parts)))).toEqual(REFUSED);
  });

  it('decodes any text, and any JSON in a text, to a position of the right types or refuses it', () => {
    const forged = fc.oneof(
      fc.string(),
      fc.json().map(textOf),
      fc.array(fc.jsonValue()).map((parts) => textOf(JSON.stringify([...LIST, ...parts]))),
    );
    fc.assert(
      fc.property(forged, (cursor) => {
        expect([REFUSED, [expect.any(Number), expect.any(String)]]).toContainEqual(read(cursor));
      }),
    );
  });
});
