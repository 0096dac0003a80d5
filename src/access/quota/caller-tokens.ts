import type { SharedTokenBucketStore } from '../../common/limits/shared-token-bucket-store';
import { PrefetchedTokens } from '../../common/limits/prefetched-tokens';
import { abortable } from '../../common/time/abortable';
import { withDeadline } from '../../common/time/deadline';
import { type Quota, QUOTA_WINDOW_MS } from '../domain/quota';

/** Share of a minute's requests that may lie here for those that follow at once. */
const AHEAD_SHARE = 0.05;
const LIFE_MS = 2_000;
/** A request waits no longer to be counted. */
const ANSWER_WITHIN_MS = 250;
/** What the clock of the database may be coarser than ours: whoever waits as long as it is told is let in. */
const CLOCK_MS = 2;

/** What this process has of a caller's minute. */
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

  /** Rejects where the database does not answer at once. What is known to be used up is not asked for. */
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

  /** Whoever comes while somebody asks waits for that answer, and the next question is for all who are left. */
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
