import { Injectable } from '@nestjs/common';
import { AccessTelemetry } from './access.telemetry';
import type { Caller } from './domain/caller';
import type { Quota } from './domain/quota';
import { CallerRateLimiter } from './quota/caller-rate-limiter';

/** Limits the requests of callers. */
@Injectable()
export class QuotaService {
  constructor(
    private readonly quotas: CallerRateLimiter,
    private readonly telemetry: AccessTelemetry,
  ) {}

  /** Counts a request of the caller. Undefined for anonymous callers, which are not limited. */
  async take(caller: Caller): Promise<Quota | undefined> {
    if (caller.isAnonymous) return undefined;
    const quota = await this.quotas.take(caller);
    if (quota.isExceeded) this.telemetry.quotaExceeded(caller, quota);
    return quota;
  }
}
