/** `full`: there is no space left for the write. */
export type StorageErrorReason = 'full' | 'unavailable';

/** Notifies of database failures. */
export abstract class StorageErrors {
  /** There is one listener; it is called for every failed statement or transaction. */
  abstract onError(listener: (reason: StorageErrorReason) => void): void;
}
