import type { SharedTokenBucketStore } from '../../common/limits/shared-token-bucket-store';
import { PrefetchedTokens } from '../../common/limits/prefetched-tokens';
import { abortable } from '../../common/time/abortable';
import { withDeadline } from '../../common/time/deadline';
import { type Quota, QUOTA_WINDOW_MS } from '../domain/quota';

/** Share of a minute's requests that may be prefetched for further requests. */
const AHEAD_SHARE = 0.05;
const LIFE_MS = 2_000;
/** Limit for the time that a request waits to be counted. */
const ANSWER_WITHIN_MS = 250;
/** Allowance for the coarser clock of the database: a caller that waits as long as told is served. */
const CLOCK_MS = 2;

/** Prefetched tokens of one caller's shared bucket. */
export class CallerTokens {
  private readonly stock: PrefetchedTokens;
  private inLine = 0;
  private fetching: Promise<unknown> | undefined;

  constructor(
    buckets: SharedTokenBucketStore,
    caller: string,
    private readonly perMinute: number,
  ) {
    const terms = { name: `caller:${caller}`, capacity: perMinute, perMs: perMinute / QUOTA_WINDOW_MS };
    const ahead = Math.max(1, perMinute * AHEAD_SHARE);
    this.stock = new PrefetchedTokens(
      buckets,
      () => ({ ...terms, maxChunk: Math.max(ahead, this.inLine) }),
      LIFE_MS,
    );
  }

  /** Rejects if the database does not answer in time. It does not ask for tokens that are known to be used up. */
  async take(): Promise<Quota> {
    this.inLine += 1;
    try {
      while (!this.stock.tryTake()) {
        if (this.stock.missingMs() > 0) return this.quota(true);
        await this.fetch();
      }
      return this.quota(false);
    } finally {
      this.inLine -= 1;
    }
  }

  /**
   * Single flight: requests that arrive during a query wait for its result, and the next query serves the rest of
   * them.
   */
  private fetch(): Promise<unknown> {
    this.fetching ??= this.fetchInTime(this.inLine).finally(() => {
      this.fetching = undefined;
    });
    return this.fetching;
  }

  private fetchInTime(inLine: number): Promise<unknown> {
    return withDeadline(ANSWER_WITHIN_MS, new AbortController().signal, (signal) =>
      abortable(this.stock.fetch(inLine), signal),
    );
  }

  private quota(isExceeded: boolean): Quota {
    const left = Math.max(0, this.stock.left);
    const untilNextMs = Math.ceil(((1 - (left % 1)) * QUOTA_WINDOW_MS) / this.perMinute);
    return {
      perMinute: this.perMinute,
      isExceeded,
      left: Math.floor(left),
      moreInMs: isExceeded ? untilNextMs + CLOCK_MS : untilNextMs,
    };
  }
}
