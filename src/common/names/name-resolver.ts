import type { LookupAddress } from 'node:dns';
import { ExpiringCache } from '../expiring-cache';
import { HostLookup } from './host-lookup';
import { ResolvedName } from './resolved-name';

/** Names that were not used for this time are dropped. */
const KEPT_MS = 3_600_000;
const MAX_NAMES = 1_000;

/** All addresses of a name. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

/**
 * Resolves the names of all outgoing connections. An unanswered name does not delay others: look-ups share no
 * threads, and each name is looked up once at a time. Results are cached for their time to live (1 to 60 seconds),
 * and beyond that while the name servers do not answer; failures are cached for a second.
 */
export class NameResolver {
  private readonly names: ExpiringCache<ResolvedName>;

  constructor(private readonly lookup: HostLookup = new HostLookup()) {
    this.names = new ExpiringCache(KEPT_MS, MAX_NAMES);
  }

  /** Rejects with `NameUnresolvedError`. */
  readonly resolve: Resolve = (hostname) =>
    this.names.get(hostname.toLowerCase(), () => new ResolvedName(hostname, this.lookup.find)).addresses();
}
