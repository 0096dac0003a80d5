import { Injectable } from '@nestjs/common';
import { setMaxListeners } from 'node:events';
import { ShuttingDownError } from './shutting-down.errors';

/**
 * Whether the process is on its way out.
 *
 *   open ── announced ──▶ not ready, everything is served ── begun ──▶ nothing new is started ── grace ──▶ signal aborts
 *
 * Between the first two, whoever sends requests here finds others. `signal` aborts what is still in flight after the
 * grace period, so that the process ends in time.
 */
@Injectable()
export class Drain {
  static readonly GRACE_MS = 5_000;

  private readonly controller = new AbortController();
  private readonly heralds: (() => void)[] = [];
  private readonly listeners: (() => void)[] = [];
  private announced = false;
  private timer: NodeJS.Timeout | undefined;

  constructor() {
    // Every upstream request in flight listens, and stops to when it is over.
    setMaxListeners(0, this.controller.signal);
  }

  /** It is about to stop: new requests should go to others. */
  get isAnnounced(): boolean {
    return this.announced;
  }

  get hasBegun(): boolean {
    return this.timer !== undefined;
  }

  /** Aborts when the grace period is over. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Calls the listener once when the stop is announced, at once when it was already: for what can be given to others before. */
  onAnnounced(listener: () => void): void {
    if (this.isAnnounced) listener();
    else this.heralds.push(listener);
  }

  /** Calls the listener once when the drain begins, at once when it has begun already: for what would go on without end. */
  onBegin(listener: () => void): void {
    if (this.hasBegun) listener();
    else this.listeners.push(listener);
  }

  announce(): void {
    if (this.announced) return;
    this.announced = true;
    for (const herald of this.heralds) herald();
  }

  begin(): void {
    if (this.hasBegun) return;
    this.announce();
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
