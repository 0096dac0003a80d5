import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Clock } from '../common/time/clock';
import { Loop } from '../common/time/loop';
import { IdempotencyTelemetry } from './idempotency.telemetry';
import { IdempotencyStore } from './ports/idempotency.store';

const PAUSE_MS = 60_000;
/** Rows per statement, and the rest between two: what callers do goes first. */
const BATCH = 500;
const REST_MS = 50;

/** Removes keys that have expired, a little at a time. */
@Injectable()
export class IdempotencyRetention implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly abort = new AbortController();
  private readonly loop = new Loop(
    PAUSE_MS,
    () => this.purge(),
    (error) => {
      this.telemetry.purgeFailed(error);
    },
  );

  constructor(
    private readonly keys: IdempotencyStore,
    private readonly clock: Clock,
    private readonly telemetry: IdempotencyTelemetry,
  ) {}

  onApplicationBootstrap(): void {
    this.loop.startLater();
  }

  async onModuleDestroy(): Promise<void> {
    this.abort.abort();
    await this.loop.stop();
  }

  /** Removes everything that has expired; ends early when the process stops. */
  async purge(): Promise<void> {
    const now = this.clock.now();
    while (!this.abort.signal.aborted && (await this.keys.purge(now, BATCH)) === BATCH) {
      await delay(REST_MS, undefined, { signal: this.abort.signal }).catch(() => undefined);
    }
  }
}
