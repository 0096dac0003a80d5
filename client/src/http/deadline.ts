/** The longest timer that `setTimeout` knows; a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * A time limit that also follows the signal of the caller. Its own signal aborts with the reason of that, or with a
 * `TimeoutError`. The owner disposes it, which stops the timer and releases the signal of the caller.
 */
export class Deadline {
  private readonly controller = new AbortController();
  private endsAt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    limitMs: number,
    private readonly parent?: AbortSignal,
  ) {
    this.restart(limitMs);
    if (parent?.aborted === true) this.follow();
    else parent?.addEventListener('abort', this.follow, { once: true });
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  get remainingMs(): number {
    return Math.max(0, this.endsAt - performance.now());
  }

  restart(limitMs: number): void {
    this.stop();
    this.endsAt = performance.now() + limitMs;
    this.timer = setTimeout(
      () => {
        this.controller.abort(new DOMException(`No answer within ${limitMs} ms`, 'TimeoutError'));
      },
      Math.min(limitMs, MAX_TIMER_MS),
    );
  }

  /** Stops the timer alone: the signal of the caller still aborts. */
  stop(): void {
    clearTimeout(this.timer);
  }

  dispose(): void {
    this.stop();
    this.parent?.removeEventListener('abort', this.follow);
  }

  /** Aborts the request that has the signal, and disposes. */
  abort(): void {
    this.dispose();
    this.controller.abort();
  }

  private readonly follow = (): void => {
    this.controller.abort(this.parent?.reason);
  };
}
