import { Injectable } from '@nestjs/common';
import { ExpiringCache } from '../../common/expiring-cache';
import { TokenBucket } from '../../common/limits/token-bucket';
import { AccessConfig } from '../../config/access.config';
import type { Caller } from '../domain/caller';
import { type Quota, QUOTA_WINDOW_MS, quotaOf } from '../domain/quota';
import { CallerQuotas } from '../ports/caller-quotas';

/** Keys have few names; the subjects of tokens are as many as the issuer knows. */
const MAX_CALLERS = 20_000;

/**
 * Quotas of this process. A bucket that is not used for a minute is full, so it is forgotten at no loss; with more
 * callers in a minute than are kept, those that were quiet longest begin with a full one again.
 */
@Injectable()
export class MemoryCallerQuotas extends CallerQuotas {
  private readonly buckets = new ExpiringCache<TokenBucket>(QUOTA_WINDOW_MS, MAX_CALLERS);

  constructor(private readonly config: AccessConfig) {
    super();
  }

  take(caller: Caller): Promise<Quota> {
    const perMinute = caller.limits.requestsPerMinute ?? this.config.requestsPerMinute;
    const rate = { capacity: perMinute, perMs: perMinute / QUOTA_WINDOW_MS };
    const bucket = this.buckets.get(caller.name, () => new TokenBucket(rate));
    // A caller that alternates between keys with different limits has one minute, not two.
    bucket.adopt(rate);
    const isExceeded = !bucket.tryTake();
    return Promise.resolve(quotaOf(perMinute, bucket.left, isExceeded));
  }
}
