const CLAIM_TEXT = /^[^\p{C}]+$/u;

/** Maximum length of a caller's name, which is stored with every session. */
export const MAX_CALLER_CHARACTERS = 255;

/** Tells whether a value is a string of one to `max` characters, without control characters and lone surrogates. */
export function isClaimText(value: unknown, max = MAX_CALLER_CHARACTERS): value is string {
  // A character has one or two code units: a string of more than twice the length needs no count.
  if (typeof value !== 'string' || value.length > 2 * max || !CLAIM_TEXT.test(value)) return false;
  return value.length <= max || Array.from(value).length <= max;
}
