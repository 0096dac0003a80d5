/** Node fires a longer timer at once. */
const MAX_MS = 2 ** 31 - 1;

/**
 * Waits; rejects with the signal's reason as soon as it aborts. The timer never outlives the wait. Unlike
 * `node:timers/promises` it follows a test's fake clock, and accepts any number of milliseconds.
 */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(
      () => {
        signal.removeEventListener('abort', stop);
        resolve();
      },
      Math.min(ms, MAX_MS),
    );
    signal.addEventListener('abort', stop, { once: true });
  });
}
