/** A bucket that fills evenly and that every process on the same data takes from. */
export interface TokenBucketConfig {
  readonly name: string;
  /** Tokens that fit in. A bucket that nobody has seen yet is full; one that was smaller is as full as it was. */
  readonly capacity: number;
  readonly perMs: number;
  /** Most tokens that are taken at once, so that one process does not have what another needs. */
  readonly maxChunk: number;
}

export interface Taken {
  readonly granted: number;
  /** Tokens in the bucket after that. */
  readonly left: number;
  /** Milliseconds until anything is granted again; 0 while the bucket is open. */
  readonly closedForMs: number;
}

/**
 * Limits that all processes on the same data keep together, by the clock of the database. Takes are atomic: however
 * many processes ask at a time, no more is granted than is there. What a process was granted and did not use is lost.
 *
 * Every method may throw `StorageUnavailableError`; what was taken then is unknown.
 */
export abstract class SharedTokenBucketStore {
  /** Whether there may be other processes. Where there are none, nobody asks here. */
  abstract readonly isShared: boolean;

  /** As many whole tokens as there are, up to `wanted`, but for `kept` that stay. None while the bucket is closed. */
  abstract take(terms: TokenBucketConfig, wanted: number, kept: number): Promise<Taken>;

  /** Closes the bucket for everybody, for at least so long, but for no more than five minutes. */
  abstract close(terms: TokenBucketConfig, forMs: number): Promise<void>;
}
