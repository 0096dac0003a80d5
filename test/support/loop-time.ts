/** Interval at which the clock checks that the event loop runs. */
const TICK_MS = 10;

/** Maximum time that counts between two ticks: the rest is a stall of this process. */
const MAX_STEP_MS = 50;

/**
 * Makes the time-outs and pauses of this test file, and `performance.now()`, follow the time in which this process
 * could run, `factor` times as fast: a stall of a busy machine must not count as a time-out of the upstream, which is
 * in the same process. Dates stay unchanged, and so do the timers of Node's own modules. It has to be called once, at
 * the top of the file, before the first service starts.
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

  /** The timer for the remaining time of another one, which fired while the process stood still. */
  const successors = new WeakMap<NodeJS.Timeout, NodeJS.Timeout>();
  const wait = (act: () => void, ms: number): NodeJS.Timeout => {
    const due = elapsed() + ms;
    const fire = () => {
      const left = (due - elapsed()) / factor;
      // Node's timers have a precision of a millisecond.
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
  // Timers are replaced in this file only; the clock is the process's, which runs other files too.
  afterAll(() => {
    performance.now = now;
    clearInterval(ticker);
  });
}
