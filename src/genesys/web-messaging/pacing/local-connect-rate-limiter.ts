import { CONNECTIONS_PER_MINUTE, WINDOW_MS } from './connection-limits';
import { SlidingWindow } from './sliding-window';

/** The connections of a deployment that this process has to itself. */
export class LocalConnectRateLimiter {
  private readonly window = new SlidingWindow(CONNECTIONS_PER_MINUTE, WINDOW_MS);

  /** Takes one connection and resolves with 0, or resolves with how many milliseconds to wait before asking again. */
  tryTake(): Promise<number> {
    const { waitMs } = this.window;
    if (waitMs === 0) this.window.take();
    return Promise.resolve(waitMs);
  }

  close(forMs: number): void {
    this.window.close(forMs);
  }
}
