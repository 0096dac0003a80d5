import { Logger } from '@nestjs/common';
import type {
  TokenBucketConfig,
  SharedTokenBucketStore,
} from '../../../common/limits/shared-token-bucket-store';
import { PrefetchedTokens } from '../../../common/limits/prefetched-tokens';
import { CONNECTIONS_PER_MINUTE, WINDOW_MS } from './connection-limits';

/** As many may come at once as what a replica has left behind is worth; the others follow evenly. */
const BURST_SHARE = 0.3;
const CHUNK = 50;
/** What was taken is void after that. */
const LIFE_MS = 1_000;
/** After this long the database is asked again that could not be asked. */
const FAILED_MS = 1_000;

/**
 * The connections of a deployment that all replicas share: taken out of one bucket in chunks. In a window leave at
 * most what it held and what it was refilled with, in the window and in the life of a chunk before it, which together
 * is what the platform allows. While the database cannot be asked nobody connects with more than is at hand.
 */
export class SharedConnectRateLimiter {
  private readonly log = new Logger(SharedConnectRateLimiter.name);
  private readonly stock: PrefetchedTokens;
  private readonly terms: TokenBucketConfig;
  private closedUntil = 0;

  constructor(
    private readonly buckets: SharedTokenBucketStore,
    deploymentId: string,
  ) {
    const evenly = CONNECTIONS_PER_MINUTE * (1 - BURST_SHARE);
    this.terms = {
      name: `deployment:${deploymentId}`,
      capacity: CONNECTIONS_PER_MINUTE * BURST_SHARE,
      perMs: evenly / (WINDOW_MS + LIFE_MS),
      maxChunk: CHUNK,
    };
    this.stock = new PrefetchedTokens(buckets, () => this.terms, LIFE_MS);
  }

  /**
   * Takes one connection and resolves with 0, or resolves with how many milliseconds to wait before asking again.
   * `inLine` is how many wait for one.
   */
  async tryTake(inLine: number): Promise<number> {
    const closedForMs = this.closedUntil - performance.now();
    if (closedForMs > 0) return closedForMs;
    if (this.stock.tryTake()) return 0;
    try {
      const taken = await this.stock.fetch(inLine);
      if (taken.closedForMs > 0) return taken.closedForMs;
      // An answer that took longer than what it brings is good for.
      return this.stock.tryTake() ? 0 : Math.max(1, this.stock.missingMs());
    } catch (error) {
      this.log.warn({ message: 'The shared pace of connections could not be asked for', error });
      return FAILED_MS;
    }
  }

  close(forMs: number): void {
    this.closedUntil = Math.max(this.closedUntil, performance.now() + forMs);
    this.stock.drop();
    this.buckets.close(this.terms, forMs).catch((error: unknown) => {
      this.log.warn({ message: 'The other replicas could not be told that a deployment is closed', error });
    });
  }
}
