import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { sleep } from '../time/sleep';
import type { Clock } from '../time/clock';
import { Loop } from '../time/loop';

const PAUSE_MS = 60_000;
/** Pause between two steps, which leaves the database to callers and relays. */
const REST_MS = 50;

/**
 * Recurring background work in small steps: removing expired data. It begins a pause after the start, continues step
 * by step until nothing is left to do, and ends early when the process stops.
 */
@Injectable()
export abstract class Housekeeping implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly abort = new AbortController();
  private readonly loop: Loop;

  protected constructor(
    protected readonly clock: Clock,
    pauseMs = PAUSE_MS,
  ) {
    this.loop = new Loop(
      pauseMs,
      () => this.purge(),
      (error) => {
        this.failed(error);
      },
    );
  }

  onApplicationBootstrap(): void {
    this.loop.startLater();
  }

  async onModuleDestroy(): Promise<void> {
    this.abort.abort();
    await this.loop.stop();
  }

  /** Does all work that is due at this moment. */
  async purge(): Promise<void> {
    const now = this.clock.now();
    const { signal } = this.abort;
    while (!signal.aborted && (await this.step(now))) {
      await sleep(REST_MS, signal);
    }
  }

  /** Does a small part of the work that is due; returns whether there may be more. */
  protected abstract step(now: number): Promise<boolean>;

  /** Reports a failure; the remaining work is tried again after the pause. */
  protected abstract failed(error: unknown): void;
}
