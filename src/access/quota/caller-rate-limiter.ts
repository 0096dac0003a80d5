import { Injectable, Logger } from '@nestjs/common';
import { ExpiringCache } from '../../common/expiring-cache';
import { SharedTokenBucketStore } from '../../common/limits/shared-token-bucket-store';
import { TokenBucket } from '../../common/limits/token-bucket';
import { AccessConfig } from '../../config/access.config';
import type { Caller } from '../domain/caller';
import { type Quota, QUOTA_WINDOW_MS, quotaOf } from '../domain/quota';
import { PrefetchedQuota } from './prefetched-quota';

/** Keys have few names; the subjects of tokens are as many as the issuer knows. */
const MAX_CALLERS = 20_000;
/** After a failure of the database requests are counted locally for this long. */
const LOCAL_MS = 1_000;

/**
 * Request quotas of the callers, which replicas on one database share. While that is unreachable each replica counts for
 * itself, so that requests that need no database are served and no caller gets more than its quota from any replica.
 *
 * A bucket that is not used for a minute is full, so it is forgotten at no loss; with more callers in a minute than are
 * kept, those that were quiet longest begin with a full one again.
 */
@Injectable()
export class CallerRateLimiter {
  private readonly log = new Logger(CallerRateLimiter.name);
  private readonly local = new ExpiringCache<TokenBucket>(QUOTA_WINDOW_MS, MAX_CALLERS);
  private readonly shared = new ExpiringCache<PrefetchedQuota>(QUOTA_WINDOW_MS, MAX_CALLERS);
  private localUntil: number;

  constructor(
    private readonly config: AccessConfig,
    private readonly buckets: SharedTokenBucketStore,
  ) {
    this.localUntil = buckets.isShared ? 0 : Infinity;
  }

  /**
   * Takes one request out of the caller's quota, if there is one left, and returns the quota after it. Atomic: of
   * requests at the same moment exactly as many fit as were left. All keys of one caller name share one quota. A restart
   * may fill it. Where replicas share a quota, one of them may hold a few prefetched requests of a busy caller for a
   * moment while another one refuses.
   */
  async take({ name, limits }: Caller): Promise<Quota> {
    const perMinute = limits.requestsPerMinute ?? this.config.requestsPerMinute;
    if (performance.now() < this.localUntil) return this.takeLocally(name, perMinute);
    try {
      const tokens = this.shared.get(
        `${perMinute} ${name}`,
        () => new PrefetchedQuota(this.buckets, name, perMinute),
      );
      return await tokens.take();
    } catch (error) {
      if (performance.now() >= this.localUntil)
        this.log.warn({ message: 'Shared quotas unavailable; counting locally', error });
      this.localUntil = performance.now() + LOCAL_MS;
      return this.takeLocally(name, perMinute);
    }
  }

  private takeLocally(name: string, perMinute: number): Quota {
    const rate = { capacity: perMinute, perMs: perMinute / QUOTA_WINDOW_MS };
    const bucket = this.local.get(name, () => new TokenBucket(rate));
    // A caller that alternates between keys with different limits has one minute, not two.
    bucket.adopt(rate);
    const isExceeded = !bucket.tryTake();
    return quotaOf(perMinute, bucket.left, isExceeded);
  }
}
