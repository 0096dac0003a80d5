import { StatisticsPoint } from './statistics-point';

const point = (
  ...figures: readonly (readonly [name: string, sum: number, max?: number])[]
): StatisticsPoint => {
  const made = new StatisticsPoint(60_000);
  for (const [name, sum, max = sum] of figures) made.add({ name, sum, max });
  return made;
};

describe(StatisticsPoint.name, () => {
  it('is unwritten until a replica has written a minute of it', () => {
    expect(point().isWritten).toBe(false);
    expect(point(['live', 0]).isWritten).toBe(true);
  });

  it('has the mean of its minutes as live sessions', () => {
    expect(point(['live', 10], ['live', 20], ['live', 31]).live).toBe(20);
    expect(point().live).toBe(0);
  });

  it('has sums of counts, the maximum of budgets and merged buckets', () => {
    const { opened, dead, ended, failed, budgets, lateness, delays } = point(
      ['opened', 12],
      ['dead', 2],
      ['ended:requested', 5],
      ['failed:upstream-timeout', 3],
      ['budget:client: a', 1.5, 0.75],
      ['lateness:2', 90],
      ['lateness:7', 10],
      ['delay:5', 1],
    );

    expect([opened, dead]).toEqual([12, 2]);
    expect([...ended, ...failed]).toEqual([
      ['requested', 5],
      ['upstream-timeout', 3],
    ]);
    expect([...budgets]).toEqual([['client: a', 0.75]]);
    expect([lateness.count, lateness.percentileMs(0.5), lateness.percentileMs(0.99)]).toEqual([100, 2, 7]);
    expect(delays.percentileMs(0.99)).toBe(5);
  });

  it('ignores what a later release may write', () => {
    expect(point(['surprise', 1], ['lateness:nonsense', 1], ['news:x', 1])).toEqual(point());
  });
});
