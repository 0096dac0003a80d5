/** `full`: there is no space left for what was to be written. */
export type StorageErrorReason = 'full' | 'unavailable';

/** The moments at which the database could not be used. */
export abstract class StorageErrors {
  /** There is one listener; it hears of every failed statement or transaction. */
  abstract onError(listener: (reason: StorageErrorReason) => void): void;
}
