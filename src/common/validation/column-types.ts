// The ranges that a column of either database holds and that a JavaScript number or string can exceed: PostgreSQL
// answers a value beyond them with an error, which would look like a fault of this service.

/** The furthest moment from 1970 that a `Date` can express, in milliseconds; a `bigint` column holds more. */
const MAX_EPOCH_MS = 8.64e15;

/** The first and the last moment that RFC 3339 can write in UTC. */
const FIRST_MOMENT = Date.parse('0000-01-01T00:00:00.000Z');
const LAST_MOMENT = Date.parse('9999-12-31T23:59:59.999Z');

/** Tells whether a value is an integer within the range of a `bigint` column and of exact JavaScript numbers. */
export function isWholeNumber(value: unknown, min = 0, max = Number.MAX_SAFE_INTEGER): value is number {
  return Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max;
}

/** Epoch milliseconds that a `Date` can express. */
export function isEpochMs(value: unknown): value is number {
  return isWholeNumber(value, -MAX_EPOCH_MS, MAX_EPOCH_MS);
}

/** Tells whether epoch milliseconds are a moment in a year of four digits. */
export function isWritableMoment(value: number): boolean {
  return value >= FIRST_MOMENT && value <= LAST_MOMENT;
}

const HALF_SURROGATE = /\p{Cs}/u;

/** Tells whether both databases store a string unchanged: without NUL and without lone surrogates. */
export function isStorableText(value: unknown, maxLength: number): value is string {
  return (
    typeof value === 'string' &&
    value.length <= maxLength &&
    !value.includes('\u0000') &&
    !HALF_SURROGATE.test(value)
  );
}
