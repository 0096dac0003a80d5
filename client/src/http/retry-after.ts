const SECONDS = /^\d{1,9}$/;
/** `Date.parse` alone takes numbers and words for dates. */
const HTTP_DATE = /^[A-Z][a-z]{2}, .+ GMT$/;

/**
 * Reads `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date, which is compared with the `Date` of the same
 * response, since the clocks of two machines differ. In milliseconds; undefined without a valid value.
 */
export function retryAfterMs(headers: Headers): number | undefined {
  const value = headers.get('retry-after')?.trim();
  if (value === undefined) return undefined;
  if (SECONDS.test(value)) return Number(value) * 1_000;
  const at = HTTP_DATE.test(value) ? Date.parse(value) : NaN;
  if (Number.isNaN(at)) return undefined;
  const now = Date.parse(headers.get('date') ?? '');
  return Math.max(0, at - (Number.isNaN(now) ? Date.now() : now));
}
