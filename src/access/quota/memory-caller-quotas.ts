import { Injectable } from '@nestjs/common';
import { AccessConfig } from '../../config/access.config';
import type { Caller } from '../domain/caller';
import { type Quota, QUOTA_WINDOW_MS } from '../domain/quota';
import { TokenBucket } from '../domain/token-bucket';
import { CallerQuotas } from '../ports/caller-quotas';
import { ExpiringCache } from '../../common/expiring-cache';

/** Keys have few names; the subjects of tokens are as many as the issuer knows. */
const MAX_CALLERS = 20_000;

/**
 * Quotas of this process. A bucket that nobody took from for a minute is full, so it is forgotten at no loss; with
 * more callers in a minute than are kept, those that were quiet longest begin anew.
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
