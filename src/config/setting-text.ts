/**
 * The value of a setting as it is meant, from a variable or a file: without a byte order mark, and without the white
 * space around it that editors and `echo` leave. The one reader for the start and for every later look at a file.
 */
export function settingText(raw: string): string {
  // `trim` takes away U+FEFF as well (ECMAScript counts it as white space).
  return raw.trim();
}
