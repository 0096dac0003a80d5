const MAX_MS = 365 * 86_400_000;

/**
 * Parses a `Retry-After` header (RFC 9110, 10.2.3): seconds, or an HTTP date, which counts from the `Date` of the
 * same response if known, since both are by the sender's clock, else from `now`. Returns milliseconds, never negative
 * and at most a year; undefined for any other text. The caller clamps it to a sensible range.
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
