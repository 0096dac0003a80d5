import type { StoredResponse } from '../domain/stored-response';
import type { IdempotentRequest } from '../domain/idempotent-request';

/** How long a key is kept from its first use on. */
export const KEY_LIFETIME_MS = 86_400_000;

/** What is known of a key that was used. */
export interface KeptRequest {
  readonly fingerprint: string;
  readonly conversationId: string;
  /** Absent while the opening is under way, or was left by a process that is gone. */
  readonly answer?: StoredResponse;
}

/**
 * What is kept of the keys that callers send, durable across `kill -9`. A key is written with the reservation of its
 * session, and settled with the change that ends the opening: by the `SessionStore`, each in one transaction.
 *
 * Answers hold credentials and are kept encrypted; of keys and requests there are only hashes. Every method may throw
 * `StorageUnavailableError`.
 */
export abstract class IdempotencyStore {
  /** What is kept of the request's key. Nothing from the moment it expires, whether or not it was removed yet. */
  abstract find(request: IdempotentRequest): Promise<KeptRequest | undefined>;

  /**
   * Hands an opening without an answer to the request's process, when none that is still there has it; returns whether it did.
   * Of several processes that ask one gets it.
   */
  abstract claim(request: IdempotentRequest): Promise<boolean>;

  /**
   * Takes openings without an answer from their processes, which are gone, and returns their conversations; of those
   * that are named, only such have a key.
   */
  abstract forgetClaims(conversationIds: readonly string[]): Promise<string[]>;

  /** Removes keys that have expired; returns how many, at most `limit`. */
  abstract purge(now: number, limit: number): Promise<number>;
}
