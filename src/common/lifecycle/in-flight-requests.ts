import { Injectable } from '@nestjs/common';

/** Counts the HTTP requests being served, so that a stopping process can let them finish. */
@Injectable()
export class InFlightRequests {
  private count = 0;
  private waiting: (() => void)[] = [];

  begin(): void {
    this.count += 1;
  }

  end(): void {
    this.count -= 1;
    if (this.count > 0) return;
    for (const resolve of this.waiting) resolve();
    this.waiting = [];
  }

  /** Resolves when no request is in flight, or when the signal aborts. */
  async idle(signal: AbortSignal): Promise<void> {
    if (this.count === 0 || signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.waiting.push(resolve);
      signal.addEventListener('abort', () => {
        resolve();
      });
    });
  }
}
