import { RequestContext } from '../logging/request-context';

/**
 * Runs work again and again with a pause in between. It never overlaps itself, reports errors of the work to
 * `onError` and continues, and ends by `stop`, which waits for the run in flight.
 *
 * `throttleMs` is the minimum time from the end of a run to the next one, also for calls of `wake`: under load they
 * share a run.
 */
export class Loop {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private wanted = false;
  private stopped = true;
  private restedAt = -Infinity;

  constructor(
    private readonly pauseMs: number,
    private readonly work: () => Promise<void>,
    private readonly onError: (error: unknown) => void,
    private readonly throttleMs = 0,
  ) {}

  start(): void {
    this.stopped = false;
    this.wake();
  }

  /** Starts with a pause instead of a run. */
  startLater(firstPauseMs = this.pauseMs): void {
    this.stopped = false;
    this.beginAfter(firstPauseMs);
  }

  /** Runs now instead of after the pause, or as soon as the throttle allows; while a run is in flight, once more after it. */
  wake(): void {
    if (this.stopped) return;
    if (this.running !== undefined) {
      this.wanted = true;
      return;
    }
    const waitMs = this.restedAt - performance.now();
    if (waitMs > 0) this.beginAfter(waitMs);
    else this.begin();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private begin(): void {
    clearTimeout(this.timer);
    this.wanted = false;
    this.running = RequestContext.leave(() => this.run());
  }

  private async run(): Promise<void> {
    try {
      await this.work();
    } catch (error) {
      this.onError(error);
      this.wanted = false;
    }
    this.running = undefined;
    this.restedAt = performance.now() + this.throttleMs;
    if (this.wanted) this.wake();
    else this.beginAfter(this.pauseMs);
  }

  private beginAfter(ms: number): void {
    if (this.stopped) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.begin();
    }, ms);
  }
}
