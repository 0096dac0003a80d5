import { IdempotencyKeyInvalidError } from './idempotency.errors';

const MAX_LENGTH = 255;
const BARE = /^[\x21-\x7e]+$/;
/** A string of RFC 9651: printable ASCII between quotes, with a backslash before a quote or a backslash. */
const QUOTED = /^"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;

/**
 * The key in an `Idempotency-Key` header: `"k-1"`, as in the draft of the header, and `k-1` are the same. Throws
 * `IdempotencyKeyInvalidError`. Only quoted keys may contain spaces, which also refuses a header that was sent twice:
 * it arrives as one text, joined by a comma and a space.
 */
export function idempotencyKeyOf(header: string): string {
  const key = header.startsWith('"') ? unquoted(header) : header;
  if (key === undefined || key === '' || key.length > MAX_LENGTH) throw new IdempotencyKeyInvalidError();
  if (key === header && !BARE.test(key)) throw new IdempotencyKeyInvalidError();
  return key;
}

function unquoted(header: string): string | undefined {
  return QUOTED.exec(header)?.[1]?.replaceAll(/\\(["\\])/g, '$1');
}
