import { getEventListeners } from 'node:events';
import { withAnySignal } from './any-signal';

describe(withAnySignal.name, () => {
  const one = new AbortController();
  const other = new AbortController();
  const signals = [one.signal, other.signal];

  it('leaves no listeners on the signals', async () => {
    await expect(withAnySignal(signals, () => Promise.resolve('done'))).resolves.toBe('done');
    await expect(withAnySignal(signals, () => Promise.reject(new Error('no')))).rejects.toThrow('no');

    expect(signals.map((signal) => getEventListeners(signal, 'abort'))).toEqual([[], []]);
  });

  it('aborts with the reason of the first signal that aborts, or that had aborted before', async () => {
    const reasonIn = (): Promise<unknown> =>
      withAnySignal(signals, (signal) => {
        other.abort('over');
        return Promise.resolve(signal.reason);
      });

    expect(await reasonIn()).toBe('over');
    expect(await withAnySignal(signals, (signal) => Promise.resolve(signal.reason))).toBe('over');
  });
});
