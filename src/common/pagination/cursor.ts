import { InvalidRequestError } from '../errors/invalid-request.error';

/** The parts of a position in a list, and of the query that the list answered, as an opaque text. */
export function encodeCursor(parts: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** What `encodeCursor` was given; nothing for any other text. */
export function decodeCursor(cursor: string): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(parts) ? parts : [];
  } catch {
    // Callers may send anything: what is no cursor has no parts.
    return [];
  }
}

/** The cursor was not made by this list for the same query. */
export function invalidCursor(): InvalidRequestError {
  return new InvalidRequestError([
    {
      pointer: '#/cursor',
      code: 'invalid-cursor',
      detail: 'is not a cursor of this list; start from the first page',
    },
  ]);
}
