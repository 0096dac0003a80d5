/**
 * Makes the time-outs and pauses of this test file pass so many times as fast, for waits that are constants of seconds.
 * Dates stay what they are. To be called once, at the top of the file, before the first service starts.
 */
export function hasten(factor: number): void {
  const { setTimeout: later, setInterval: repeatedly } = globalThis;
  const begin = performance.now();
  const now = performance.now.bind(performance);
  globalThis.setTimeout = Object.assign(
    (act: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => later(act, ms / factor, ...args),
    later,
  );
  globalThis.setInterval = Object.assign(
    (act: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => repeatedly(act, ms / factor, ...args),
    repeatedly,
  );
  performance.now = () => begin + (now() - begin) * factor;
  // Timers are the file's own; the clock is that of the process, which runs other files too.
  afterAll(() => {
    performance.now = now;
  });
}
