import { Injectable } from '@nestjs/common';
import { Clock } from '../common/time/clock';
import { StatisticsConfig } from '../config/statistics.config';
import { ReplicaStore } from '../replica/ports/replica.store';
import { MINUTE_MS, minuteOf } from './domain/figures';
import { StatisticsPoint } from './domain/statistics-point';
import { type RequestedSpan, spanOf, type StatisticsSpan } from './domain/statistics-span';
import { KEPT_MINUTES, StatisticsStore } from './ports/statistics.store';

/** Time per statement, so that none of them occupies the embedded database, and with it the process, for long. */
const SLICE_MS = 6 * 3_600_000;

/** Points of a span in their order, without gaps. */
export interface Statistics extends StatisticsSpan {
  /** Minutes before this time are complete, except those of a replica that was away from the database for ten minutes. */
  readonly writtenUntil: number;
  readonly points: readonly StatisticsPoint[];
}

/** Reads the figures of all replicas. */
@Injectable()
export class StatisticsQueries {
  constructor(
    private readonly store: StatisticsStore,
    private readonly replicas: ReplicaStore,
    private readonly clock: Clock,
    private readonly config: StatisticsConfig,
  ) {}

  /** Throws `InvalidRequestError`, see `spanOf`. */
  async statistics(requested: RequestedSpan): Promise<Statistics> {
    const now = this.clock.now();
    const span = spanOf(requested, now, this.config.keepMs);
    // Read first: a minute that is written meanwhile is not complete yet.
    const writtenUntil = await this.writtenUntil(now);
    return { ...span, writtenUntil, points: await this.points(span) };
  }

  private async points(span: StatisticsSpan): Promise<StatisticsPoint[]> {
    const points: StatisticsPoint[] = [];
    for (let at = span.from; at < span.to; at += span.stepMs) points.push(new StatisticsPoint(at));
    for (const slice of slicesOf(span)) {
      for (const { at, ...figure } of await this.store.read(slice))
        points[Math.floor((at - span.from) / span.stepMs)]?.add(figure);
    }
    return points;
  }

  /**
   * The time until which every live replica has written. One that has written nothing yet has just started, or has not
   * reached the database for as long as it keeps minutes: it is not waited for.
   */
  private async writtenUntil(now: number): Promise<number> {
    const oldest = minuteOf(now) - KEPT_MINUTES * MINUTE_MS;
    const last = await this.store.lastMinutes(oldest);
    const minutes = (await this.replicas.live()).flatMap(({ id }) => last.get(id) ?? []);
    return minutes.length === 0 ? oldest : Math.min(...minutes) + MINUTE_MS;
  }
}

/** Whole points each. */
function slicesOf({ from, to, stepMs }: StatisticsSpan): StatisticsSpan[] {
  const sliceMs = stepMs * Math.max(1, Math.floor(SLICE_MS / stepMs));
  const slices: StatisticsSpan[] = [];
  for (let start = from; start < to; start += sliceMs)
    slices.push({ from: start, to: Math.min(to, start + sliceMs), stepMs });
  return slices;
}
