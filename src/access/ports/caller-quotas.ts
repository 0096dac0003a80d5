import type { Caller } from '../domain/caller';
import type { Quota } from '../domain/quota';

/** Request quotas of the callers. */
export abstract class CallerQuotas {
  /**
   * Takes one request out of the caller's quota, if there is one left, and returns the quota after it. Atomic: of
   * requests at the same moment exactly as many fit as were left. All keys of one caller name share one quota. A restart
   * may fill it. Where replicas share a quota, one of them may hold a few prefetched requests of a busy caller for a
   * moment while another one refuses.
   */
  abstract take(caller: Caller): Promise<Quota>;
}
