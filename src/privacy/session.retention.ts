import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { Clock } from '../common/time/clock';
import { Loop } from '../common/time/loop';
import { SessionConfig } from '../config/session.config';
import { SessionArchive } from './ports/session.archive';

const PAUSE_MS = 60_000;
/** Sessions per transaction, and the rest between two: what callers and relays do goes first. */
const BATCH = 100;
const REST_MS = 50;

/** Removes sessions that ended long enough ago, a few at a time. */
@Injectable()
export class SessionRetention implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger(SessionRetention.name);
  private readonly abort = new AbortController();
  private readonly loop = new Loop(
    PAUSE_MS,
    () => this.purge(),
    (error) => {
      this.log.warn({ message: 'Old sessions could not be removed; it is tried again', error });
    },
  );

  constructor(
    private readonly archive: SessionArchive,
    private readonly clock: Clock,
    private readonly config: SessionConfig,
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
    const endedBefore = this.clock.now() - this.config.keepEndedMs;
    while (!this.abort.signal.aborted && (await this.archive.purge(endedBefore, BATCH)) === BATCH) {
      await delay(REST_MS, undefined, { signal: this.abort.signal }).catch(() => undefined);
    }
  }
}
