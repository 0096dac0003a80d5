import type { SharedTokenBucketStore } from '../../common/limits/shared-token-bucket-store';
import { PrefetchedTokens } from '../../common/limits/prefetched-tokens';
import { abortable } from '../../common/time/abortable';
import { withDeadline } from '../../common/time/deadline';
import { type Quota, QUOTA_WINDOW_MS, quotaOf } from '../domain/quota';

/** Share of a minute's requests that may be prefetched. */
const AHEAD_SHARE = 0.05;
const LIFE_MS = 2_000;
/** Limit of the wait of a request to be counted. */
const ANSWER_WITHIN_MS = 250;
/** Tolerance for the coarser clock of the database, so that a caller that waits as long as it is told is admitted. */
const CLOCK_MS = 2;

/** Prefetched requests of a caller's minute. */
export class PrefetchedQuota {
  private readonly tokens: PrefetchedTokens;
  private waiting = 0;
  private fetching: Promise<unknown> | undefined;

  constructor(
    buckets: SharedTokenBucketStore,
    caller: string,
    private readonly perMinute: number,
  ) {
    const bucket = { name: `caller:${caller}`, capacity: perMinute, perMs: perMinute / QUOTA_WINDOW_MS };
    const ahead = Math.max(1, perMinute * AHEAD_SHARE);
    this.tokens = new PrefetchedTokens(
      buckets,
      () => ({ ...bucket, maxChunk: Math.max(ahead, this.waiting) }),
      LIFE_MS,
    );
  }

  /** Rejects where the database does not answer at once. A minute that is known to be used up is not asked for. */
  async take(): Promise<Quota> {
    this.waiting += 1;
    try {
      while (!this.tokens.tryTake()) {
        if (this.tokens.missingMs() > 0) return this.quota(true);
        await this.fetch();
      }
      return this.quota(false);
    } finally {
      this.waiting -= 1;
    }
  }

  /** One fetch at a time: requests that come meanwhile wait for it, and the next one is for all that are left. */
  private fetch(): Promise<unknown> {
    this.fetching ??= this.fetchInTime(this.waiting).finally(() => {
      this.fetching = undefined;
    });
    return this.fetching;
  }

  private fetchInTime(waiting: number): Promise<unknown> {
    return withDeadline(ANSWER_WITHIN_MS, new AbortController().signal, (signal) =>
      abortable(this.tokens.fetch(waiting), signal),
    );
  }

  private quota(isExceeded: boolean): Quota {
    const quota = quotaOf(this.perMinute, this.tokens.left, isExceeded);
    return isExceeded ? { ...quota, moreInMs: quota.moreInMs + CLOCK_MS } : quota;
  }
}
