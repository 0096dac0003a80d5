import { Injectable } from '@nestjs/common';
import { setMaxListeners } from 'node:events';
import { ShuttingDownError } from './shutting-down.error';

/**
 * Whether the process is on its way out. From `begin` on nothing new is started; `signal` aborts what is still in
 * flight after the grace period, so that the process ends in time.
 */
@Injectable()
export class Drain {
  static readonly GRACE_MS = 5_000;

  private readonly controller = new AbortController();
  private readonly listeners: (() => void)[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor() {
    // Every upstream request in flight listens, and stops to when it is over.
    setMaxListeners(0, this.controller.signal);
  }

  get hasBegun(): boolean {
    return this.timer !== undefined;
  }

  /** Aborts when the grace period is over. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** For what would go on without end: it is told once, as soon as the process is on its way out. */
  onBegin(listener: () => void): void {
    this.listeners.push(listener);
  }

  begin(): void {
    if (this.hasBegun) return;
    this.timer = setTimeout(() => {
      this.controller.abort(new ShuttingDownError());
    }, Drain.GRACE_MS).unref();
    for (const listener of this.listeners) listener();
  }

  /** Throws `ShuttingDownError` once the process is on its way out. */
  assertOpen(): void {
    if (this.hasBegun) throw new ShuttingDownError();
  }
}
