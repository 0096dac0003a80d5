import type { Figures } from '../domain/figures';
import type { MergedFigure } from '../domain/statistics-point';
import type { StatisticsSpan } from '../domain/statistics-span';

/** Unwritten minutes that a replica keeps: a minute that is older is not written any more. */
export const KEPT_MINUTES = 10;

/** The figures of one replica in one minute, which is named by its beginning in epoch milliseconds. */
export interface MinuteFigures {
  readonly minute: number;
  readonly replica: string;
  readonly figures: Figures;
}

/** A merged figure of the point that begins at `at`; `live` is that of the minute that begins there. */
export interface PointFigure extends MergedFigure {
  readonly at: number;
}

/**
 * Minute figures of all replicas. A replica writes rows of its own only.
 *
 * Every method may throw `StorageUnavailableError`.
 */
export abstract class StatisticsStore {
  /**
   * Writes minutes in one statement, all or none. Idempotent: a figure that is there already is replaced. No minute
   * may occur twice for a replica.
   */
  abstract write(minutes: readonly MinuteFigures[]): Promise<void>;

  /** The figures from `from` on and before `to`, merged by points of `stepMs`, but `live` by minutes. */
  abstract read(span: StatisticsSpan): Promise<PointFigure[]>;

  /** The last written minute by replica, of those that wrote one from `since` on. */
  abstract lastMinutes(since: number): Promise<ReadonlyMap<string, number>>;

  /** Removes figures of minutes before the given time, the oldest first; returns how many, at most `limit`. */
  abstract purge(before: number, limit: number): Promise<number>;
}
