import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../time/clock';
import { Loop } from '../time/loop';

const PAUSE_MS = 60_000;
/** Between two steps: what callers and relays do goes first. */
const REST_MS = 50;

/**
 * Work that comes up by itself and is done now and then, a little at a time: removing what is old. It begins a pause
 * after the start, goes on step by step until there is nothing left to do, and ends early when the process stops.
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

  /** Does everything that is due at this moment. */
  async purge(): Promise<void> {
    const now = this.clock.now();
    const { signal } = this.abort;
    while (!signal.aborted && (await this.step(now))) {
      await delay(REST_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Does a little of what is due; returns whether there may be more. */
  protected abstract step(now: number): Promise<boolean>;

  /** What is left is tried again after the pause. */
  protected abstract failed(error: unknown): void;
}
