import { Injectable } from '@nestjs/common';
import { AccessConfig } from '../../config/access.config';
import type { Caller } from '../domain/caller';
import { type Quota, QUOTA_WINDOW_MS } from '../domain/quota';
import { TokenBucket } from '../domain/token-bucket';
import { CallerQuotas } from '../ports/caller-quotas';
import { ExpiringCache } from '../../common/expiring-cache';

/** API keys have few names; tokens have as many subjects as the issuer knows. */
const MAX_CALLERS = 20_000;

/**
 * Quotas of this process alone. A bucket unused for a minute is full again, so it can be dropped without loss; with
 * more callers than `MAX_CALLERS` in a minute, the longest idle ones start again with full buckets.
 */
@Injectable()
export class MemoryCallerQuotas extends CallerQuotas {
  private readonly buckets = new ExpiringCache<TokenBucket>(QUOTA_WINDOW_MS, MAX_CALLERS);

  constructor(private readonly config: AccessConfig) {
    super();
  }

  take(caller: Caller): Promise<Quota> {
    const perMinute = caller.limits.requestsPerMinute ?? this.config.requestsPerMinute;
    const now = performance.now();
    const bucket = this.buckets.get(caller.name, () => new TokenBucket(perMinute, now));
    return Promise.resolve(bucket.take(perMinute, now));
  }
}
