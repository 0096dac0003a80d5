import { RecordedFigures } from '../../metrics/domain/recorded-figures';
import { figuresOf, minuteOf } from './figures';

describe(figuresOf.name, () => {
  it('names each count, bucket and budget', () => {
    const recorded = new RecordedFigures();
    recorded.opened = 4;
    recorded.dead = 1;
    recorded.ended.increment('requested');
    recorded.failed.increment('upstream-timeout');
    recorded.lateness.observe(3);
    recorded.delays.observe(8);
    recorded.delays.observe(9);

    expect(Object.fromEntries(figuresOf(recorded, 7, new Map([['client', 0.25]])))).toEqual({
      opened: 4,
      live: 7,
      dead: 1,
      'ended:requested': 1,
      'failed:upstream-timeout': 1,
      'lateness:3': 1,
      'delay:8': 2,
      'budget:client': 0.25,
    });
  });

  it('leaves out counts of 0, but not the held sessions or an unused budget', () => {
    expect([...figuresOf(new RecordedFigures(), 0, new Map([['client', 0]]))]).toEqual([
      ['live', 0],
      ['budget:client', 0],
    ]);
  });
});

describe(minuteOf.name, () => {
  it.each([
    [0, 0],
    [59_999, 0],
    [60_000, 60_000],
    [1_800_000_059_999, 1_800_000_000_000],
  ])('of %i is %i', (at, minute) => {
    expect(minuteOf(at)).toBe(minute);
  });
});
