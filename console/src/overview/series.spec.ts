import { budgetChart, isolatedIndexes, latenessChart, sessionsChart } from './series';
import { pointOf } from './statistics.builder';

describe('charts', () => {
  const points = [
    pointOf({ live: 4, opened: 0, ended: { requested: 1, expired: 1 } }),
    pointOf({ at: '2027-01-15T08:01:00.000Z', budget: [{ oauthClient: 'a', used: 0.5 }] }),
  ];

  it('have a gap where no figure was written', () => {
    expect(sessionsChart({ points })).toEqual({
      times: [1_800_000_000, 1_800_000_060],
      series: [
        { label: 'Live', values: [4, null] },
        { label: 'Opened', values: [0, null] },
        { label: 'Ended', values: [2, null] },
        { label: 'Failed', values: [0, null] },
      ],
    });
    expect(latenessChart({ points }).series.map(({ values }) => values)).toEqual([
      [null, null],
      [null, null],
    ]);
  });

  it('know the figures that stand alone', () => {
    expect(isolatedIndexes([1, null, 2, 3, null, 0])).toEqual([0, 5]);
    expect(isolatedIndexes([null, null])).toEqual([]);
  });

  it('show the budget of each OAuth client in per cent', () => {
    expect(budgetChart({ points }).series).toEqual([{ label: 'a', values: [null, 50] }]);
  });
});
