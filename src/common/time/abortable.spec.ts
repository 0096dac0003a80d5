import { abortable } from './abortable';

const reason = new Error('over');

describe(abortable, () => {
  it('settles like the promise, and leaves no listener on the signal', async () => {
    const { signal } = new AbortController();
    const removed = jest.spyOn(signal, 'removeEventListener');

    await expect(abortable(Promise.resolve('done'), signal)).resolves.toBe('done');
    await expect(abortable(Promise.reject(reason), signal)).rejects.toBe(reason);
    expect(removed).toHaveBeenCalledTimes(2);
  });

  it.each(['already', 'meanwhile'])(
    'rejects with the reason of a signal that has aborted %s',
    async (when) => {
      const controller = new AbortController();
      if (when === 'already') controller.abort(reason);
      const work = abortable(new Promise(() => undefined), controller.signal);
      controller.abort(reason);

      await expect(work).rejects.toBe(reason);
    },
  );

  it('ignores a failure after the abort', async () => {
    const unhandled = jest.fn();
    process.on('unhandledRejection', unhandled);
    const controller = new AbortController();
    controller.abort(reason);
    let fail: (error: Error) => void = () => undefined;
    const late = new Promise<never>((_, reject) => {
      fail = reject;
    });
    await expect(abortable(late, controller.signal)).rejects.toBe(reason);

    fail(new Error('late'));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', unhandled);

    expect(unhandled).not.toHaveBeenCalled();
  });
});
