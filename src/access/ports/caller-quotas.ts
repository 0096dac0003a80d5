import type { Caller } from '../domain/caller';
import type { Quota } from '../domain/quota';

/** The request quotas of callers. */
export abstract class CallerQuotas {
  /**
   * Takes one request from the caller's quota if one is left, and returns the state of the quota. Atomic: concurrent
   * requests never exceed the quota. Callers are identified by name, so that all keys of a name share one quota. A
   * restart may reset the count. Replicas that share a quota may each have a few prefetched requests of a busy
   * caller, while another replica refuses.
   */
  abstract take(caller: Caller): Promise<Quota>;
}
