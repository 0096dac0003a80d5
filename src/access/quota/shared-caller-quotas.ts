import { Logger } from '@nestjs/common';
import type { SharedTokenBucketStore } from '../../common/limits/shared-token-bucket-store';
import { ExpiringCache } from '../../common/expiring-cache';
import type { AccessConfig } from '../../config/access.config';
import { CallerTokens } from './caller-tokens';
import type { Caller } from '../domain/caller';
import { type Quota, QUOTA_WINDOW_MS } from '../domain/quota';
import { MemoryCallerQuotas } from './memory-caller-quotas';
import { CallerQuotas } from '../ports/caller-quotas';

const MAX_CALLERS = 20_000;
const ALONE_MS = 1_000;

/**
 * Quotas that all replicas share. During a database outage each replica counts by itself: requests that need no
 * database are served, and no caller exceeds its quota at any replica.
 */
export class SharedCallerQuotas extends CallerQuotas {
  private readonly log = new Logger(SharedCallerQuotas.name);
  private readonly stocks = new ExpiringCache<CallerTokens>(QUOTA_WINDOW_MS, MAX_CALLERS);
  private readonly alone: MemoryCallerQuotas;
  private aloneUntil = 0;

  constructor(
    private readonly config: AccessConfig,
    private readonly buckets: SharedTokenBucketStore,
  ) {
    super();
    this.alone = new MemoryCallerQuotas(config);
  }

  async take(caller: Caller): Promise<Quota> {
    if (performance.now() < this.aloneUntil) return this.alone.take(caller);
    try {
      return await this.stockOf(caller).take();
    } catch (error) {
      if (performance.now() >= this.aloneUntil)
        this.log.warn({
          message: 'Shared quota unavailable; counting locally',
          error,
        });
      this.aloneUntil = performance.now() + ALONE_MS;
      return this.alone.take(caller);
    }
  }

  private stockOf(caller: Caller): CallerTokens {
    const perMinute = caller.limits.requestsPerMinute ?? this.config.requestsPerMinute;
    return this.stocks.get(
      `${perMinute} ${caller.name}`,
      () => new CallerTokens(this.buckets, caller.name, perMinute),
    );
  }
}
