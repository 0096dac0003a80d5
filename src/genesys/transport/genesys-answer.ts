import type { RateReport } from './rate-budget';

/** An answer of any status, as it arrived. */
export interface GenesysAnswer {
  readonly status: number;
  readonly body: string;
  readonly retryAfter: string | undefined;
  /** The clock of the sender. */
  readonly date?: string | undefined;
  readonly rate: RateReport;
  /** Id by which the support of Genesys finds the request (`inin-correlation-id`). */
  readonly correlationId?: string;
}

type Headers = Readonly<Record<string, unknown>>;

/** Rate limit headers of an answer (`inin-ratelimit-*`, reset in seconds). */
export function rateReportOf(headers: Headers): RateReport {
  const resetSeconds = numberIn(headers, 'inin-ratelimit-reset');
  return {
    count: numberIn(headers, 'inin-ratelimit-count'),
    allowed: numberIn(headers, 'inin-ratelimit-allowed'),
    resetMs: resetSeconds === undefined ? undefined : resetSeconds * 1000,
  };
}

/** Only a value in the form of an id: it goes to log lines. */
export function correlationIdOf(headers: Headers): Pick<GenesysAnswer, 'correlationId'> {
  const value = headers['inin-correlation-id'];
  return typeof value === 'string' && /^[\w-]{1,64}$/.test(value) ? { correlationId: value } : {};
}

function numberIn(headers: Headers, name: string): number | undefined {
  const value = headers[name];
  return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}
