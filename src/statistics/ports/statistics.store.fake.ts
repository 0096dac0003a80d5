import { FIGURES, MINUTE_MS } from '../domain/figures';
import type { StatisticsSpan } from '../domain/statistics-span';
import { type MinuteFigures, type PointFigure, StatisticsStore } from './statistics.store';

/** Figures in memory. `failures` are thrown first, one per call. */
export class FakeStatisticsStore extends StatisticsStore {
  readonly failures: Error[] = [];
  /** The calls of `write`, also those that failed. */
  readonly writes: (readonly MinuteFigures[])[] = [];
  /** The spans of the calls of `read`. */
  readonly reads: StatisticsSpan[] = [];
  readonly purges: { before: number; limit: number }[] = [];
  /** Results of the next calls of `purge`; afterwards there is nothing to remove. */
  readonly purgeable: number[] = [];
  private readonly rows = new Map<string, MinuteFigures>();

  get minutes(): readonly MinuteFigures[] {
    return [...this.rows.values()];
  }

  async write(minutes: readonly MinuteFigures[]): Promise<void> {
    this.writes.push(minutes);
    await this.fail();
    for (const row of minutes) this.rows.set(`${row.minute} ${row.replica}`, row);
  }

  async read({ from, to, stepMs }: StatisticsSpan): Promise<PointFigure[]> {
    this.reads.push({ from, to, stepMs });
    await this.fail();
    const merged = new Map<string, PointFigure>();
    for (const { minute, figures } of this.minutes) {
      if (minute < from || minute >= to) continue;
      for (const [name, value] of figures) {
        const at = name === FIGURES.live ? minute : minute - ((minute - from) % stepMs);
        const { sum, max } = merged.get(`${at} ${name}`) ?? { sum: 0, max: value };
        merged.set(`${at} ${name}`, { at, name, sum: sum + value, max: Math.max(max, value) });
      }
    }
    return [...merged.values()];
  }

  async lastMinutes(since: number): Promise<ReadonlyMap<string, number>> {
    await this.fail();
    const last = new Map<string, number>();
    for (const { minute, replica } of this.minutes)
      if (minute >= since) last.set(replica, Math.max(minute, last.get(replica) ?? minute - MINUTE_MS));
    return last;
  }

  async purge(before: number, limit: number): Promise<number> {
    this.purges.push({ before, limit });
    await this.fail();
    return this.purgeable.shift() ?? 0;
  }

  private fail(): Promise<void> {
    const failure = this.failures.shift();
    return failure === undefined ? Promise.resolve() : Promise.reject(failure);
  }
}
