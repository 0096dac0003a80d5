import { RequestContext } from '../logging/request-context';

/**
 * Runs work again and again with a pause in between. It never overlaps itself, reports errors of the work to
 * `onError` and continues, and ends by `stop`, which waits for the run in flight.
 */
export class Loop {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private wanted = false;
  private stopped = true;

  constructor(
    private readonly pauseMs: number,
    private readonly work: () => Promise<void>,
    private readonly onError: (error: unknown) => void,
  ) {}

  start(): void {
    this.stopped = false;
    this.wake();
  }

  /** Starts with a pause instead of a run. */
  startLater(firstPauseMs = this.pauseMs): void {
    this.stopped = false;
    this.sleep(firstPauseMs);
  }

  /** Runs now instead of after the pause; while a run is in flight, once more right after it. */
  wake(): void {
    if (this.stopped) return;
    if (this.running !== undefined) {
      this.wanted = true;
      return;
    }
    clearTimeout(this.timer);
    this.running = RequestContext.leave(() => this.run());
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private async run(): Promise<void> {
    do {
      this.wanted = false;
      try {
        await this.work();
      } catch (error) {
        this.onError(error);
        this.wanted = false;
      }
    } while (this.wakeIsWanted());
    this.running = undefined;
    this.sleep();
  }

  private sleep(pauseMs = this.pauseMs): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.wake();
    }, pauseMs);
  }

  private wakeIsWanted(): boolean {
    return this.wanted && !this.stopped;
  }
}
