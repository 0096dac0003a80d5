import type { EphemeralEvent } from '../domain/stream-event';

/** What one process has noticed within a moment, in the order in which it noticed it. */
export interface EphemeralEventBatch {
  /** The life of the process. */
  readonly source: string;
  /** Of its source: later batches have greater ones. */
  readonly number: number;
  /** How long ago it was published. */
  readonly ageMs: number;
  readonly events: readonly EphemeralEvent[];
}

/** The number of the last batch of each source that a reader has had. */
export type EphemeralEventPositions = ReadonlyMap<string, number>;

/** For so long a batch is shown; whoever comes later has missed it. */
export const SHOWN_FOR_MS = 10_000;

/**
 * Where processes on the same data tell each other what is told once, to whoever listens at that moment. Ages are by
 * the one clock that all of them share. What is published is not part of anything else, and may be lost.
 *
 * Every method may throw `StorageUnavailableError`.
 */
export abstract class EphemeralEventBus {
  /** One batch, in one write. Not to be called again before it has settled: the order of batches is that of the calls. */
  abstract publish(events: readonly EphemeralEvent[]): Promise<void>;

  /**
   * Batches of other processes after the places, and no older than `SHOWN_FOR_MS`; those of a source in the order of
   * their numbers. Who goes on after the last ones that were shown gets none twice, and misses none that was published.
   */
  abstract after(places: EphemeralEventPositions, limit: number): Promise<EphemeralEventBatch[]>;

  /** Removes the oldest batches that are older than this, at most `limit`; returns how many. */
  abstract purge(olderThanMs: number, limit: number): Promise<number>;
}
