import { Injectable } from '@nestjs/common';
import { setMaxListeners } from 'node:events';
import { ShuttingDownError } from './shutting-down.errors';

/**
 * Tells whether the process is shutting down.
 *
 *   open ── announced ──▶ not ready, everything is served ── begun ──▶ nothing new is started ── grace ──▶ signal aborts
 *
 * Between the first two, load balancers move to other replicas. `signal` aborts work that is still in flight after
 * the grace period, so that the process ends in time.
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
    // Every upstream request in flight adds a listener, and removes it at its end.
    setMaxListeners(0, this.controller.signal);
  }

  /** True if the process is about to stop: new requests should go to other replicas. */
  get isAnnounced(): boolean {
    return this.announced;
  }

  get hasBegun(): boolean {
    return this.timer !== undefined;
  }

  /** Aborts at the end of the grace period. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /**
   * Registers a callback for work that can be handed to other replicas; called once when the stop is announced, or at
   * once if it was already.
   */
  onAnnounced(listener: () => void): void {
    if (this.isAnnounced) listener();
    else this.heralds.push(listener);
  }

  /**
   * Registers a callback for long-lived work such as event streams; called once when the drain begins, or at once if
   * it has begun already.
   */
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

  /** Throws `ShuttingDownError` once the drain has begun. */
  assertOpen(): void {
    if (this.hasBegun) throw new ShuttingDownError();
  }
}
