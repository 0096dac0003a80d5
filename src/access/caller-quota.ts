import { Injectable } from '@nestjs/common';
import { AccessTelemetry } from './access.telemetry';
import { QuotaExceededError } from './domain/access.errors';
import type { Caller } from './domain/caller';
import { CallerRateLimiter } from './quota/caller-rate-limiter';

/** Charges the quota of a caller that a route itself has identified; other routes are charged by `limitCallers`. */
@Injectable()
export class CallerQuota {
  constructor(
    private readonly quotas: CallerRateLimiter,
    private readonly telemetry: AccessTelemetry,
  ) {}

  /** Takes one request out of the quota. Throws `QuotaExceededError` if there is none left. */
  async charge(caller: Caller): Promise<void> {
    const quota = await this.quotas.take(caller);
    if (!quota.isExceeded) return;
    this.telemetry.quotaExceeded(caller, quota);
    throw new QuotaExceededError(quota.perMinute, quota.moreInMs);
  }
}
