import { PriorityRequestQueue } from './priority-request-queue';
import type { RateBudget } from './rate-budget';
import { RetryBudget } from './retry-budget';

/** New sessions avoid a client whose credentials were refused for this long, unless it gets a token meanwhile. */
const REFUSED_MS = 30_000;

/** One OAuth client with its request budget and its retries. */
export class PooledClient {
  readonly retries = new RetryBudget();
  readonly queue: PriorityRequestQueue;
  private refusedUntil = 0;
  private login: 'untried' | 'ok' | 'refused' | 'unreachable' = 'untried';

  constructor(
    readonly id: string,
    readonly budget: RateBudget,
  ) {
    this.queue = new PriorityRequestQueue(budget);
  }

  /** Whether the login has refused the client's credentials in the last 30 seconds. */
  get isRefused(): boolean {
    return performance.now() < this.refusedUntil;
  }

  /** The login refused the client; new sessions are opened on other clients for a while. */
  refused(): void {
    this.refusedUntil = performance.now() + REFUSED_MS;
    this.login = 'refused';
  }

  /** The login gave the client a token. */
  accepted(): void {
    this.refusedUntil = 0;
    this.login = 'ok';
  }

  /** The login gave no token for another reason than the client's credentials. */
  unanswered(): void {
    this.login = 'unreachable';
  }

  /** Result of the last token request; `closed`: it succeeded and a 429 has closed the budget. */
  get condition(): 'untried' | 'ok' | 'refused' | 'unreachable' | 'closed' {
    if (this.login !== 'ok') return this.login;
    return this.budget.isClosed ? 'closed' : 'ok';
  }
}
