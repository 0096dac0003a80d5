import { InvalidRequestError } from '../errors/invalid-request.errors';

/**
 * Reads one part of a position. Undefined for a value that the list never encodes, above all for one beyond the range
 * of the column that it is compared with.
 */
export type CursorPart<Value> = (part: unknown) => Value | undefined;

type ValuesOf<Parts extends readonly CursorPart<unknown>[]> = {
  -readonly [Index in keyof Parts]: Parts[Index] extends CursorPart<infer Value> ? Value : never;
};

const BASE64URL = /^[\w-]+$/;

/** Encodes the list with its filter, and a position in it, as an opaque text. */
export function encodeCursor(list: readonly string[], position: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify([...list, ...position])).toString('base64url');
}

/**
 * Decodes the position given to `encodeCursor`. A cursor is not signed, so each part, their number and the list are
 * checked. Throws `InvalidRequestError` for any other text.
 */
export function decodeCursor<const Parts extends readonly CursorPart<unknown>[]>(
  cursor: string,
  list: readonly string[],
  parts: Parts,
): ValuesOf<Parts> {
  const given = partsIn(cursor);
  const isOfList = list.every((name, index) => given[index] === name);
  const position = parts.map((part, index) => part(given[list.length + index]));
  const isWhole = given.length === list.length + parts.length && !position.includes(undefined);
  if (!isOfList || !isWhole) throw invalidCursor();
  return position as ValuesOf<Parts>;
}

/** A part that is used as it is, if it has the right type. */
export function partOf<Value>(isValue: (part: unknown) => part is Value): CursorPart<Value> {
  return (part) => (isValue(part) ? part : undefined);
}

function partsIn(cursor: string): readonly unknown[] {
  if (!BASE64URL.test(cursor)) return [];
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(parts) ? parts : [];
  } catch {
    // Callers may send any text: an invalid cursor has no parts.
    return [];
  }
}

/** The cursor is not from this list with the same query. */
function invalidCursor(): InvalidRequestError {
  return new InvalidRequestError([
    {
      pointer: '#/cursor',
      code: 'invalid-cursor',
      detail: 'is not a cursor of this list; start from the first page',
    },
  ]);
}
