import type { RecordedFigures } from '../../metrics/domain/recorded-figures';

export const MINUTE_MS = 60_000;

/** The beginning of the minute (UTC) that a time in epoch milliseconds is in. */
export function minuteOf(at: number): number {
  return Math.floor(at / MINUTE_MS) * MINUTE_MS;
}

/**
 * The names of figures. Those that end with a colon are followed by an end reason, a problem code, an OAuth client or
 * the number of a bucket of a `DurationHistogram`.
 */
export const FIGURES = {
  /** Sessions that became active. */
  opened: 'opened',
  /** Sessions that the replica held at the end of the minute; in every minute that it wrote, also when it is 0. */
  live: 'live',
  /** Deliveries to sinks that were given up. */
  dead: 'dead',
  endedPrefix: 'ended:',
  failedPrefix: 'failed:',
  latenessPrefix: 'lateness:',
  delayPrefix: 'delay:',
  /** The highest use of the budget of an OAuth client in the minute, from 0 to 1. */
  budgetPrefix: 'budget:',
} as const;

/** Figures of one replica by their names. Counts that are 0 are absent. */
export type Figures = ReadonlyMap<string, number>;

/** The named figures of a minute: what was recorded in it, the sessions held at its end, and the use of budgets by OAuth client. */
export function figuresOf(
  recorded: RecordedFigures,
  live: number,
  budgets: ReadonlyMap<string, number>,
): Figures {
  const { opened, dead, ended, failed, lateness, delays } = recorded;
  const counts = [
    [FIGURES.opened, opened] as const,
    [FIGURES.dead, dead] as const,
    ...named(FIGURES.endedPrefix, ended),
    ...named(FIGURES.failedPrefix, failed),
    ...named(FIGURES.latenessPrefix, lateness.buckets),
    ...named(FIGURES.delayPrefix, delays.buckets),
  ].filter(([, count]) => count > 0);
  return new Map([[FIGURES.live, live], ...counts, ...named(FIGURES.budgetPrefix, budgets)]);
}

function named(
  prefix: string,
  entries: Iterable<readonly [name: string | number, value: number]>,
): (readonly [name: string, value: number])[] {
  return [...entries].map(([name, value]) => [`${prefix}${name}`, value] as const);
}
