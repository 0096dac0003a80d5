import { sleep } from './sleep';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe(sleep.name, () => {
  it('resolves after its time', async () => {
    let isOver = false;
    void sleep(100, new AbortController().signal).then(() => (isOver = true));

    await jest.advanceTimersByTimeAsync(99);
    expect(isOver).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    expect(isOver).toBe(true);
  });

  it.each(['before', 'while'])(
    'resolves at once when its signal aborts %s it sleeps, and leaves no timer',
    async (when) => {
      const abort = new AbortController();
      if (when === 'before') abort.abort();
      const sleeping = sleep(60_000, abort.signal);
      abort.abort();

      await sleeping;
      expect(jest.getTimerCount()).toBe(0);
    },
  );
});
