/**
 * Replaces `setTimeout` of `node:timers/promises`, which fake time does not control: it waits on the global timer,
 * and rejects when its signal aborts.
 *
 *   jest.mock('node:timers/promises', () => jest.requireActual<object>('./delay.fake'));
 */
export function setTimeout(
  ms: number,
  value?: unknown,
  options: { signal?: AbortSignal } = {},
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = globalThis.setTimeout(() => {
      options.signal?.removeEventListener('abort', stop);
      resolve(value);
    }, ms);
    const stop = (): void => {
      clearTimeout(timer);
      reject(new Error('The wait was aborted'));
    };
    if (options.signal?.aborted === true) stop();
    options.signal?.addEventListener('abort', stop);
  });
}
