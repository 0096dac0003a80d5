const CLAIM_TEXT = /^[^\p{C}]+$/u;

/** The longest name of a caller: it is kept with every session. */
export const MAX_CALLER_CHARACTERS = 255;

/** A text without control characters and half characters, of one to `max` characters. */
export function isClaimText(value: unknown, max = MAX_CALLER_CHARACTERS): value is string {
  // A character has one or two code units: what is twice as long needs no count.
  if (typeof value !== 'string' || value.length > 2 * max || !CLAIM_TEXT.test(value)) return false;
  return value.length <= max || Array.from(value).length <= max;
}
