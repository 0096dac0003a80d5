import type { EphemeralEvent } from '../domain/stream-event';

/** The events of one process within a short time, in their order. */
export interface EphemeralEventBatch {
  /** Identifies one run of a process. */
  readonly source: string;
  /** Sequence number within its source. */
  readonly number: number;
  /** Time since its publication. */
  readonly ageMs: number;
  readonly events: readonly EphemeralEvent[];
}

/** The number of the last batch that a reader has received of each source. */
export type EphemeralEventPositions = ReadonlyMap<string, number>;

/** Time during which a batch can be read; a reader that comes later misses it. */
export const SHOWN_FOR_MS = 10_000;

/**
 * Best-effort bus for ephemeral events between replicas: each event is delivered at most once, to the replicas that read
 * at that time. Ages are by the clock that all replicas share. Events are published outside of transactions and may be lost.
 *
 * Every method may throw `StorageUnavailableError`.
 */
export abstract class EphemeralEventBus {
  /** Publishes one batch in one write. Not to be called again before it has settled: the order of batches is the order of calls. */
  abstract publish(events: readonly EphemeralEvent[]): Promise<void>;

  /**
   * Batches of other processes after the positions, and no older than `SHOWN_FOR_MS`; those of a source in the order of
   * their numbers. A reader that continues after the last ones receives none twice, and misses none that was published.
   */
  abstract after(positions: EphemeralEventPositions, limit: number): Promise<EphemeralEventBatch[]>;

  /** Removes the oldest batches that are older than this, at most `limit`; returns how many. */
  abstract purge(olderThanMs: number, limit: number): Promise<number>;
}
