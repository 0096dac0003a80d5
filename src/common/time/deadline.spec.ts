import { withDeadline } from './deadline';

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(new Error('aborted'));
    });
  });
}

describe(withDeadline, () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it('does not affect work that ends in time, and leaves no timer', async () => {
    await expect(
      withDeadline(100, new AbortController().signal, () => Promise.resolve('done')),
    ).resolves.toBe('done');
    expect(jest.getTimerCount()).toBe(0);
  });

  it('aborts the work after its time, and reports that as the cause', async () => {
    let wasTime: boolean | undefined;
    const work = withDeadline(100, new AbortController().signal, (signal, isOver) =>
      untilAborted(signal).finally(() => {
        wasTime = isOver();
      }),
    );
    const outcome = work.catch((error: unknown) => error);
    await jest.advanceTimersByTimeAsync(100);
    expect(await outcome).toEqual(new Error('aborted'));
    expect(wasTime).toBe(true);
  });

  it.each([
    ['replaces an error of the work after the time-out', 100, new Error('late')],
    ['leaves an error of the work before it', 99, new Error('refused')],
  ])('%s', async (_what, afterMs, expected) => {
    const failed = withDeadline(
      100,
      new AbortController().signal,
      (signal) =>
        new Promise((_, reject) => {
          setTimeout(() => {
            reject(new Error(signal.aborted ? 'aborted' : 'refused'));
          }, afterMs);
        }),
      () => new Error('late'),
    ).catch((error: unknown) => error);
    await jest.advanceTimersByTimeAsync(afterMs);
    expect(await failed).toEqual(expected);
  });

  it.each([
    ['already', true],
    ['meanwhile', false],
  ])(
    'aborts the work when the parent has aborted %s, and does not report the time as the cause',
    async (_when, already) => {
      const parent = new AbortController();
      if (already) parent.abort(new Error('parent'));
      const work = withDeadline(100, parent.signal, (signal, isOver) => {
        if (signal.aborted) return Promise.resolve({ reason: String(signal.reason), isOver: isOver() });
        return untilAborted(signal).catch(() => ({ reason: String(signal.reason), isOver: isOver() }));
      });
      parent.abort(new Error('parent'));
      expect(await work).toEqual({ reason: 'Error: parent', isOver: false });
      expect(jest.getTimerCount()).toBe(0);
    },
  );
});
