/** How often the clock looks whether the event loop turns. */
const TICK_MS = 10;

/** What counts, at most, of the time between two ticks: the rest is a stall of this process. */
const MAX_STEP_MS = 50;

/**
 * Makes the time-outs and pauses of this test file, and `performance.now()`, follow the time in which this process could
 * do anything, `factor` times as fast: a service whose process a busy machine leaves standing for seconds has not been
 * kept waiting by its upstream, which stands in the same process. Dates stay what they are, and so do the timers of
 * Node's own modules. To be called once, at the top of the file, before the first service starts.
 */
export function followLoopTime(factor = 1): void {
  const { setTimeout: later, setInterval: repeatedly, clearTimeout: cancel } = globalThis;
  const now = performance.now.bind(performance);
  const begin = now();
  let passed = 0;
  let seen = begin;
  const step = () => Math.min(now() - seen, MAX_STEP_MS);
  const elapsed = () => (passed + step()) * factor;
  const ticker = repeatedly(() => {
    passed += step();
    seen = now();
  }, TICK_MS);
  ticker.unref();

  /** The timer that waits for the rest of another, which came due while the process stood still. */
  const successors = new WeakMap<NodeJS.Timeout, NodeJS.Timeout>();
  const wait = (act: () => void, ms: number): NodeJS.Timeout => {
    const due = elapsed() + ms;
    const fire = () => {
      const left = (due - elapsed()) / factor;
      // Node's timers are as precise as a millisecond.
      if (left < 1) {
        act();
        return;
      }
      const successor = later(fire, left);
      if (!timer.hasRef()) successor.unref();
      successors.set(timer, successor);
    };
    const timer = later(fire, ms / factor);
    return timer;
  };

  globalThis.setTimeout = Object.assign(
    (act: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
      wait(() => {
        act(...args);
      }, ms),
    later,
  );
  globalThis.clearTimeout = (timer) => {
    if (typeof timer === 'object') cancel(successors.get(timer));
    cancel(timer);
  };
  globalThis.setInterval = Object.assign(
    (act: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => repeatedly(act, ms / factor, ...args),
    repeatedly,
  );
  performance.now = () => begin + elapsed();
  // Timers are the file's own; the clock is that of the process, which runs other files too.
  afterAll(() => {
    performance.now = now;
    clearInterval(ticker);
  });
}
