import type { LookupAddress } from 'node:dns';
import { pause } from '../time/pause';
import type { FoundAddresses } from './host-lookup';
import { NameUnresolvedError } from './name.errors';

const MIN_TTL_MS = 1_000;
/** Maximum time to live, after which a receiver with a new address is found. */
const MAX_TTL_MS = 60_000;
const FAILURE_MS = 1_000;
/** Time that a look-up may take while an earlier result is available. */
const SLOW_MS = 250;
/** Time for which an earlier result replaces a missing one. */
const STALE_MS = 2_000;

/**
 * One name with its latest result: looked up once at a time, and again when the result has expired. If name servers
 * do not answer, or take longer than a quarter of a second, an earlier result is used; a name that no longer exists
 * has none.
 */
export class ResolvedName {
  private known: readonly LookupAddress[] | undefined;
  private failure: unknown;
  private goodUntil = -Infinity;
  private asked: Promise<readonly LookupAddress[]> | undefined;

  /** `now` is a monotonic clock in milliseconds. */
  constructor(
    private readonly hostname: string,
    private readonly find: (hostname: string) => Promise<FoundAddresses>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  async addresses(): Promise<readonly LookupAddress[]> {
    if (this.now() < this.goodUntil) {
      if (this.known === undefined) throw this.failure;
      return this.known;
    }
    this.asked ??= this.ask();
    return this.known === undefined ? this.asked : this.askedOr(this.known);
  }

  private async ask(): Promise<readonly LookupAddress[]> {
    try {
      const { addresses, ttlMs } = await this.find(this.hostname);
      this.known = addresses;
      this.goodUntil = this.now() + Math.min(MAX_TTL_MS, Math.max(MIN_TTL_MS, ttlMs));
      return addresses;
    } catch (failure) {
      const isGone = failure instanceof NameUnresolvedError && failure.code === 'ENOTFOUND';
      if (isGone) this.known = undefined;
      this.failure = failure;
      this.goodUntil = this.now() + (this.known === undefined ? FAILURE_MS : STALE_MS);
      if (this.known === undefined) throw failure;
      return this.known;
    } finally {
      this.asked = undefined;
    }
  }

  private async askedOr(earlier: readonly LookupAddress[]): Promise<readonly LookupAddress[]> {
    const over = new AbortController();
    const asked = this.asked ?? earlier;
    try {
      return await Promise.race([asked, pause(SLOW_MS, over.signal).then(() => this.take(earlier))]);
    } finally {
      over.abort();
    }
  }

  /** Calls until the end of the look-up get the earlier result at once. */
  private take(earlier: readonly LookupAddress[]): readonly LookupAddress[] {
    this.goodUntil = Math.max(this.goodUntil, this.now() + STALE_MS);
    return earlier;
  }
}
