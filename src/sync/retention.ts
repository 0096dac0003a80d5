import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { Clock } from '../common/time/clock';
import { Loop } from '../common/time/loop';
import { SyncConfig } from '../config/sync.config';
import { DeliveryLedger } from './ports/delivery.ledger';

const PAUSE_MS = 60_000;
/** Rows per statement, and the rest between two: what callers and relays do goes first. */
const BATCH = 500;
const REST_MS = 50;

/** Removes what was delivered or given up long enough ago, a little at a time. */
@Injectable()
export class Retention implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger(Retention.name);
  private readonly abort = new AbortController();
  private readonly loop = new Loop(
    PAUSE_MS,
    () => this.purge(),
    (error) => {
      this.log.warn({ message: 'Old deliveries could not be removed; it is tried again', error });
    },
  );

  constructor(
    private readonly ledger: DeliveryLedger,
    private readonly clock: Clock,
    private readonly config: SyncConfig,
  ) {}

  onApplicationBootstrap(): void {
    this.loop.startLater();
  }

  async onModuleDestroy(): Promise<void> {
    this.abort.abort();
    await this.loop.stop();
  }

  /** Removes everything that is too old; ends early when the process stops. */
  async purge(): Promise<void> {
    const now = this.clock.now();
    const limits = {
      deliveredBefore: now - this.config.keepDeliveredMs,
      deadBefore: now - this.config.keepDeadMs,
    };
    while (!this.abort.signal.aborted && (await this.ledger.purge(limits, BATCH)) === BATCH) {
      await delay(REST_MS, undefined, { signal: this.abort.signal }).catch(() => undefined);
    }
  }
}
