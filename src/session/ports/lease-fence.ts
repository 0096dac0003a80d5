/**
 * Whether this process may still act for the conversations that it holds. Channels ask at the last moment before they
 * send anything, after everything that they wait for.
 *
 * @publicApi
 */
export abstract class LeaseFence {
  abstract readonly isValid: boolean;

  /** Throws `StorageUnavailableError`. */
  abstract assertValid(): void;
}
