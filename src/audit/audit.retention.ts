import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { Clock } from '../common/time/clock';
import { Loop } from '../common/time/loop';
import { AuditConfig } from '../config/audit.config';
import { AuditTrail } from './ports/audit.trail';

const PAUSE_MS = 600_000;
const DAY_MS = 86_400_000;
/** Records that are dropped in one transaction, and the rest between two: what callers do goes first. */
const SEGMENT_LIMIT = 5_000;
const REST_MS = 50;

/** Seals every chain up to the beginning of the day (UTC), and drops the segments that are too old. */
@Injectable()
export class AuditRetention implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger(AuditRetention.name);
  private readonly abort = new AbortController();
  private readonly loop = new Loop(
    PAUSE_MS,
    () => this.run(),
    (error) => {
      this.log.warn({ message: 'Old audit records could not be dropped; it is tried again', error });
    },
  );

  constructor(
    private readonly trail: AuditTrail,
    private readonly clock: Clock,
    private readonly config: AuditConfig,
  ) {}

  onApplicationBootstrap(): void {
    this.loop.startLater();
  }

  async onModuleDestroy(): Promise<void> {
    this.abort.abort();
    await this.loop.stop();
  }

  /** Does everything that is due; ends early when the process stops. */
  async run(): Promise<void> {
    const now = this.clock.now();
    const today = Math.floor(now / DAY_MS) * DAY_MS;
    while ((await this.trail.seal(today, SEGMENT_LIMIT)) > 0) if (await this.isStopping()) return;
    while (await this.trail.drop(now - this.config.keepMs)) if (await this.isStopping()) return;
  }

  private async isStopping(): Promise<boolean> {
    const { signal } = this.abort;
    if (!signal.aborted) await delay(REST_MS, undefined, { signal }).catch(() => undefined);
    return signal.aborted;
  }
}
