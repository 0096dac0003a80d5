/** Retries earned per request, and saved up at most. */
const SHARE = 0.1;
const MAX_SAVED = 20;

/**
 * How many retries a client may make: one for every ten requests, with a few saved up. In an outage every request
 * fails; without a budget the retries would multiply the load on an upstream that has trouble already.
 */
export class RetryBudget {
  private saved = MAX_SAVED;

  /** A request was made that was no retry. */
  earn(): void {
    this.saved = Math.min(MAX_SAVED, this.saved + SHARE);
  }

  /** Whether a retry may be made; it is then spent. */
  trySpend(): boolean {
    if (this.saved < 1) return false;
    this.saved -= 1;
    return true;
  }
}
