import type { Caller } from '../domain/caller';
import type { Quota } from '../domain/quota';

/** How many requests each caller may still make. */
export abstract class CallerQuotas {
  /**
   * Takes one request out of what the caller has, if there is one left, and says how it stands then. Atomic: of
   * requests at the same moment exactly as many fit as were left. Callers are told apart by their name, so that all
   * keys of a name share one quota. A restart may forget what was taken. Where replicas share a
   * quota, a few requests of a busy caller may lie at one of them for a moment while another one refuses.
   */
  abstract take(caller: Caller): Promise<Quota>;
}
