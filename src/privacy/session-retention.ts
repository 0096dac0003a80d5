import { Injectable, Logger } from '@nestjs/common';
import { Housekeeping } from '../common/lifecycle/housekeeping';
import { Clock } from '../common/time/clock';
import { SessionConfig } from '../config/session.config';
import { SessionRetentionStore } from './ports/session-retention.store';

/** Sessions per transaction. */
const BATCH = 100;

/** Removes sessions after the retention period, a few at a time. */
@Injectable()
export class SessionRetention extends Housekeeping {
  private readonly log = new Logger(SessionRetention.name);

  constructor(
    private readonly archive: SessionRetentionStore,
    clock: Clock,
    private readonly config: SessionConfig,
  ) {
    super(clock);
  }

  protected async step(now: number): Promise<boolean> {
    return (await this.archive.purge(now - this.config.keepEndedMs, BATCH)) === BATCH;
  }

  protected failed(error: unknown): void {
    this.log.warn({ message: 'Session retention failed; retrying', error });
  }
}
