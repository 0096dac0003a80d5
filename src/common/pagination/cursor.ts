import { InvalidRequestError } from '../errors/invalid-request.errors';

/**
 * Reads one part of a position. Undefined for a value that the list never puts there, above all for one that the column
 * which it is compared with cannot hold.
 */
export type CursorPart<Value> = (part: unknown) => Value | undefined;

type ValuesOf<Parts extends readonly CursorPart<unknown>[]> = {
  -readonly [Index in keyof Parts]: Parts[Index] extends CursorPart<infer Value> ? Value : never;
};

const BASE64URL = /^[\w-]+$/;

/** The list with its filter, and a position in it, as an opaque text. */
export function encodeCursor(list: readonly string[], position: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify([...list, ...position])).toString('base64url');
}

/**
 * The position that `encodeCursor` was given. A cursor is not signed, so every part is checked, their number and the list
 * too. Throws `InvalidRequestError` for everything else.
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

/** A part that is the value itself, if it is of a kind. */
export function partOf<Value>(isValue: (part: unknown) => part is Value): CursorPart<Value> {
  return (part) => (isValue(part) ? part : undefined);
}

function partsIn(cursor: string): readonly unknown[] {
  if (!BASE64URL.test(cursor)) return [];
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(parts) ? parts : [];
  } catch {
    // Callers may send anything: a text that is no cursor has no parts.
    return [];
  }
}

/** The cursor was not made by this list for the same query. */
function invalidCursor(): InvalidRequestError {
  return new InvalidRequestError([
    {
      pointer: '#/cursor',
      code: 'invalid-cursor',
      detail: 'is not a cursor of this list; start from the first page',
    },
  ]);
}
