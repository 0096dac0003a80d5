import { CoalescingRunner } from './coalescing-runner';

let begun: number;
let finish: (error?: Error) => void;
let flight: CoalescingRunner;

beforeEach(() => {
  begun = 0;
  flight = new CoalescingRunner(
    () =>
      new Promise((resolve, reject) => {
        begun += 1;
        finish = (error) => {
          if (error === undefined) resolve();
          else reject(error);
        };
      }),
  );
});

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe(CoalescingRunner.name, () => {
  it('answers all calls during a run by one run that follows it', async () => {
    const first = flight.run();
    const others = [flight.run(), flight.run(), flight.run()];
    expect(begun).toBe(1);
    finish();
    await first;
    await settled();
    expect(begun).toBe(2);
    finish();
    await Promise.all(others);

    expect(begun).toBe(2);
  });

  it('hands an error to the calls of its run alone, and runs again', async () => {
    const first = flight.run().catch((error: unknown) => error);
    const second = flight.run();
    finish(new Error('away'));
    expect(await first).toEqual(new Error('away'));
    await settled();
    finish();
    await second;

    const third = flight.run();
    finish();
    await third;
    expect(begun).toBe(3);
  });
});
