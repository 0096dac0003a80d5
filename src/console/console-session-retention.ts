import { Injectable, Logger } from '@nestjs/common';
import { Housekeeping } from '../common/lifecycle/housekeeping';
import { Clock } from '../common/time/clock';
import { ConsoleConfig } from '../config/console.config';
import { expiryLimitsAt } from './domain/console-session';
import { ConsoleSessionStore } from './ports/console-session.store';

/** Sessions per statement. */
const BATCH = 500;

/** Removes expired sessions of the console. */
@Injectable()
export class ConsoleSessionRetention extends Housekeeping {
  private readonly log = new Logger(ConsoleSessionRetention.name);

  constructor(
    private readonly store: ConsoleSessionStore,
    clock: Clock,
    private readonly config: ConsoleConfig,
  ) {
    super(clock);
  }

  protected async step(now: number): Promise<boolean> {
    return (await this.store.purge(expiryLimitsAt(now, this.config), BATCH)) === BATCH;
  }

  protected failed(error: unknown): void {
    this.log.warn({ message: 'Purge of console sessions failed; retrying', error });
  }
}
