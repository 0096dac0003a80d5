import type { StatisticsPoint } from '../api/schemas';

/** A point that no replica wrote, but for the given figures. */
export function pointOf(given: Partial<StatisticsPoint> = {}): StatisticsPoint {
  return {
    at: '2027-01-15T08:00:00.000Z',
    opened: null,
    ended: {},
    live: null,
    failed: {},
    beats: { count: null, latenessP50Ms: null, latenessP99Ms: null },
    budget: [],
    deliveries: { count: null, delayP50Ms: null, delayP99Ms: null, dead: null },
    ...given,
  };
}
