/** A value of the command line that cannot be read. Its code is in the family of the errors of `parseArgs`. */
export class UsageError extends Error {
  readonly code = 'ERR_PARSE_ARGS_VALUE';
}

/** Reads a whole number from 0 on; throws UsageError for any other text. */
export function wholeNumber(
  option: string,
  text: string | undefined,
  fallback: number,
  max = 1_000_000_000,
): number {
  if (text === undefined) return fallback;
  if (/^\d{1,10}$/.test(text) && Number(text) <= max) return Number(text);
  throw new UsageError(`${option} must be a whole number from 0 to ${max}, not '${text}'`);
}

/** Returns the text if it is a URL; throws UsageError if not. */
export function urlIn(option: string, text: string): string {
  if (URL.canParse(text)) return text;
  throw new UsageError(`${option} must be a URL, not '${text}'`);
}

/** True for a UsageError and for the errors that `parseArgs` throws for unknown or invalid options. */
export function isUsageError(error: unknown): error is UsageError {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && code.startsWith('ERR_PARSE_ARGS_');
}
