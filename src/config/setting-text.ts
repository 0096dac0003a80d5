/**
 * Normalizes the value of a setting from a variable or a file: removes a byte order mark, and the white space around
 * it that editors and `echo` leave. Used at the start and for every later read of a file.
 */
export function settingText(raw: string): string {
  // `trim` also removes U+FEFF (ECMAScript counts it as white space).
  return raw.trim();
}
