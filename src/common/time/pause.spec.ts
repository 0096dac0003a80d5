import { pause } from './pause';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe(pause.name, () => {
  it('waits for the given time', async () => {
    let isOver = false;
    const waited = pause(1_000, new AbortController().signal).then(() => (isOver = true));
    await jest.advanceTimersByTimeAsync(999);
    expect(isOver).toBe(false);

    await jest.advanceTimersByTimeAsync(1);
    expect(await waited).toBe(true);
  });

  it('ends with its signal and leaves no timer behind', async () => {
    const stop = new AbortController();
    const waited = pause(1_000, stop.signal);
    stop.abort(new Error('enough'));

    await expect(waited).rejects.toThrow('enough');
    await expect(pause(1_000, stop.signal)).rejects.toThrow('enough');
    expect(jest.getTimerCount()).toBe(0);
  });

  it('never turns a huge duration into none', async () => {
    let isOver = false;
    void pause(1e12, new AbortController().signal).then(() => (isOver = true));
    await jest.advanceTimersByTimeAsync(86_400_000);

    expect(isOver).toBe(false);
  });
});
