/**
 * Checks whether this process may still act for the conversations that it holds (fencing). Channels call it at the
 * last moment before they send, after everything that they wait for.
 */
export abstract class LeaseFence {
  abstract readonly isValid: boolean;

  /** Throws `StorageUnavailableError`. */
  abstract assertValid(): void;
}
