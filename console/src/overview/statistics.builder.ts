import type { StatisticsPoint } from '../api/pending-types';

/** A point without any figure, but for the given ones. */
export function pointOf(given: Partial<StatisticsPoint> = {}): StatisticsPoint {
  return {
    at: '2027-01-15T08:00:00.000Z',
    opened: null,
    ended: null,
    live: null,
    failed: null,
    beats: null,
    budget: null,
    deliveries: null,
    ...given,
  };
}
