const MAX_MS = 365 * 86_400_000;

/**
 * Reads a `Retry-After` header (RFC 9110, 10.2.3): seconds, or an HTTP date, which counts from the `Date` of the same
 * answer where that is known, since both are by the clock of the sender, else from `now`. Returns milliseconds, never
 * negative and at most a year; undefined for anything else. The caller clamps it to what makes sense there.
 *
 * @publicApi
 */
export function parseRetryAfter(value: string | undefined, now: number, date?: string): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  if (/^\d+$/.test(text)) return Math.min(MAX_MS, Number(text) * 1000);
  // Date.parse accepts bare numbers and much else as dates; an HTTP date starts with the name of a day.
  if (!/^[A-Z][a-z]{2,8}, /.test(text)) return undefined;
  const at = Date.parse(text);
  const sentAt = Date.parse(date ?? '');
  return Number.isNaN(at)
    ? undefined
    : Math.min(MAX_MS, Math.max(0, at - (Number.isNaN(sentAt) ? now : sentAt)));
}
