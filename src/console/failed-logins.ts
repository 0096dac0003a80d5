import { Injectable } from '@nestjs/common';
import { ExpiringCache } from '../common/expiring-cache';
import { TokenBucket, type TokenBucketRate } from '../common/limits/token-bucket';
import { TooManyFailedLoginsError } from './domain/console.errors';

const MINUTE_MS = 60_000;
/** Behind a proxy all clients share its address. */
const OF_ADDRESS: TokenBucketRate = { capacity: 20, perMs: 20 / MINUTE_MS };
const IN_ALL: TokenBucketRate = { capacity: 200, perMs: 200 / MINUTE_MS };
const MAX_ADDRESSES = 2_000;

/**
 * Limits the logins with an invalid credential in this process: 20 a minute from one address, and 200 in all. Keys and
 * tokens are too long to be guessed: the limit bounds the work and the records that guessing causes.
 */
@Injectable()
export class FailedLogins {
  private readonly ofAddresses: ExpiringCache<TokenBucket>;
  private readonly inAll: TokenBucket;

  constructor() {
    this.ofAddresses = new ExpiringCache(MINUTE_MS, MAX_ADDRESSES);
    this.inAll = new TokenBucket(IN_ALL);
  }

  /**
   * Counts an attempt as failed, before it is made, so that attempts at the same moment count too. Returns the function
   * that takes that back. Throws `TooManyFailedLoginsError`.
   */
  begin(address: string): () => void {
    const buckets = [this.ofAddresses.get(address, () => new TokenBucket(OF_ADDRESS)), this.inAll];
    const waitMs = Math.max(...buckets.map((bucket) => bucket.msUntilNext()));
    if (waitMs > 0) throw new TooManyFailedLoginsError(waitMs);
    for (const bucket of buckets) bucket.take(1);
    return () => {
      for (const bucket of buckets) bucket.add(1);
    };
  }
}
