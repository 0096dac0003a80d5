import { LogThrottle } from './log-throttle';

describe(LogThrottle.name, () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('lets one line through per interval, with the number of lines it stands for', () => {
    const seldom = new LogThrottle(10_000);
    const counts: number[] = [];
    const say = (): void => {
      seldom.say((count) => counts.push(count));
    };

    for (let second = 0; second <= 20; second += 1) {
      say();
      jest.advanceTimersByTime(1_000);
    }

    expect(counts).toEqual([1, 10, 10]);
  });
});
