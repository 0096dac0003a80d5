import type { RateReport } from './rate-budget';

/** An answer as it arrived, of whatever status. */
export interface GenesysAnswer {
  readonly status: number;
  readonly body: string;
  readonly retryAfter: string | undefined;
  /** The clock of the sender. */
  readonly date?: string | undefined;
  readonly rate: RateReport;
  /** By which Genesys' support finds the request (`inin-correlation-id`). */
  readonly correlationId?: string;
}

type Headers = Readonly<Record<string, unknown>>;

/** What the platform says with every answer about the window of the token (`inin-ratelimit-*`, reset in seconds). */
export function rateReportOf(headers: Headers): RateReport {
  const resetSeconds = numberIn(headers, 'inin-ratelimit-reset');
  return {
    count: numberIn(headers, 'inin-ratelimit-count'),
    allowed: numberIn(headers, 'inin-ratelimit-allowed'),
    resetMs: resetSeconds === undefined ? undefined : resetSeconds * 1000,
  };
}

/** Only what looks like an id: it goes to log lines. */
export function correlationIdOf(headers: Headers): Pick<GenesysAnswer, 'correlationId'> {
  const value = headers['inin-correlation-id'];
  return typeof value === 'string' && /^[\w-]{1,64}$/.test(value) ? { correlationId: value } : {};
}

function numberIn(headers: Headers, name: string): number | undefined {
  const value = headers[name];
  return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}
