import { TokenBucket } from '../../common/limits/token-bucket';

const EARNED_PER_REQUEST = 0.1;
const MAX_SAVED = 20;

/**
 * Retry budget of a client: one retry for every ten requests, with a few saved up. In an outage every request fails;
 * without a budget the retries would multiply the load on an upstream that has trouble already.
 */
export class RetryBudget {
  private readonly saved = new TokenBucket({ capacity: MAX_SAVED, perMs: 0 });

  /** Counts a request that was no retry. */
  earn(): void {
    this.saved.add(EARNED_PER_REQUEST);
  }

  /** Spends a retry; returns whether there was one. */
  trySpend(): boolean {
    return this.saved.tryTake();
  }
}
