import { pointOf } from './statistics.builder';
import { summaryOf } from './statistics-summary';

describe(summaryOf, () => {
  it('has no figure where none was written, not even a zero', () => {
    expect(summaryOf({ points: [pointOf(), pointOf()] })).toEqual({
      live: undefined,
      opened: undefined,
      ended: undefined,
      failed: undefined,
      deadDeliveries: undefined,
      worstLatenessMs: undefined,
      endedByReason: [],
      failedByCode: [],
    });
  });

  it('sums up steps, and takes the last figure of live sessions', () => {
    const summary = summaryOf({
      points: [
        pointOf({ live: 4, opened: 2, ended: { requested: 1 }, failed: {} }),
        pointOf({
          live: 3,
          opened: 1,
          ended: { expired: 2, requested: 1 },
          failed: { 'upstream-rejected': 1 },
        }),
        pointOf({
          beats: { count: 9, latenessP50Ms: 5, latenessP99Ms: 80 },
          deliveries: { count: 3, delayP50Ms: 10, delayP99Ms: 20, dead: 1 },
        }),
      ],
    });

    expect(summary).toMatchObject({
      live: 3,
      opened: 3,
      ended: 4,
      failed: 1,
      deadDeliveries: 1,
      worstLatenessMs: 80,
      endedByReason: [
        ['requested', 2],
        ['expired', 2],
      ],
      failedByCode: [['upstream-rejected', 1]],
    });
  });
});
