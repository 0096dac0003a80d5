import { SingleFlight } from './single-flight';

describe(SingleFlight.name, () => {
  it('runs once per key at a time, and shares the result', async () => {
    const flights = new SingleFlight<number>();
    let runs = 0;
    const work = (): Promise<number> => Promise.resolve((runs += 1));

    const calls = [flights.run('a', work), flights.run('a', work), flights.run('b', work)];
    expect(flights.get('a')).toBe(calls[0]);
    expect(await Promise.all(calls)).toEqual([1, 1, 2]);

    expect(flights.get('a')).toBeUndefined();
    expect(await flights.run('a', work)).toBe(3);
  });

  it('shares an error, and starts again after it', async () => {
    const flights = new SingleFlight<number>();
    const failing = flights.run('a', () => Promise.reject(new Error('away')));
    await expect(flights.run('a', () => Promise.resolve(1))).rejects.toThrow('away');
    await expect(failing).rejects.toThrow('away');
    expect(await flights.run('a', () => Promise.resolve(2))).toBe(2);
  });
});
