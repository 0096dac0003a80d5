import type { TokenBucketRate } from './token-bucket';

/** A token bucket that every process on the same data takes from. A bucket that is new in the store is full. */
export interface TokenBucketConfig extends TokenBucketRate {
  readonly name: string;
  /** Most tokens that one take asks for, so that one process does not have what another needs. */
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
 * Token buckets that all processes on the same data share, by the clock of the database. Takes are atomic: however many
 * processes ask at a time, no more is granted than is there. Tokens that a process was granted and did not use are lost.
 * A bucket whose capacity changes stays as full as it was.
 *
 * Every method may throw `StorageUnavailableError`; whether tokens were taken is then unknown.
 */
export abstract class SharedTokenBucketStore {
  /** Whether there may be other processes. Where there are none, limits are counted in memory. */
  abstract readonly isShared: boolean;

  /** Takes as many whole tokens as there are, up to `wanted`, but for `reserved` that stay; none while it is closed. */
  abstract take(bucket: TokenBucketConfig, wanted: number, reserved: number): Promise<Taken>;

  /** Closes the bucket for all processes, for at least so long, but for no more than five minutes. */
  abstract close(bucket: TokenBucketConfig, forMs: number): Promise<void>;
}
