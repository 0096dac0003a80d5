import type { StoredResponse } from '../domain/stored-response';
import type { IdempotentRequest } from '../domain/idempotent-request';

/** Lifetime of a key from its first use on. */
export const KEY_LIFETIME_MS = 86_400_000;

/** The stored state of a used key. */
export interface KeptRequest {
  readonly fingerprint: string;
  readonly conversationId: string;
  /** Absent while the opening is in progress, or after its process is gone. */
  readonly answer?: StoredResponse;
}

/**
 * The idempotency keys of callers, durable across `kill -9`. The `SessionStore` writes a key with the reservation of
 * its session, and settles it with the change that ends the opening, each in one transaction.
 *
 * Responses contain credentials and are stored encrypted; keys and requests are stored as hashes. Every method may
 * throw `StorageUnavailableError`.
 */
export abstract class IdempotencyStore {
  /** The stored state of the request's key. None from the moment of its expiry, whether or not it was removed yet. */
  abstract find(request: IdempotentRequest): Promise<KeptRequest | undefined>;

  /**
   * Assigns an opening without a response to the request's process, unless a live process has it; returns whether it
   * did. Of several concurrent calls one succeeds.
   */
  abstract claim(request: IdempotentRequest): Promise<boolean>;

  /**
   * Takes openings without a response from their processes, which are gone, and returns the given conversations with
   * such an opening; the others have no key.
   */
  abstract forgetClaims(conversationIds: readonly string[]): Promise<string[]>;

  /** Removes expired keys; returns how many, at most `limit`. */
  abstract purge(now: number, limit: number): Promise<number>;
}
