import { type BeforeApplicationShutdown, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { ServerConfig } from '../../config/server.config';
import { Lease } from '../../replica/ports/lease';
import { SessionHolders } from '../ports/session-holders';
import { SessionStore } from '../ports/session.store';
import { SessionEnding } from '../ending/session-ending';

const AT_A_TIME = 64;

/**
 * Handles live sessions when the process stops: `handover` leaves them to other replicas or the next process, `disconnect`
 * ends all of them in the database, and upstream and for the CRM as far as the grace period allows; the next process does
 * the rest.
 */
@Injectable()
export class SessionShutdown implements BeforeApplicationShutdown, OnModuleDestroy {
  private readonly log = new Logger(SessionShutdown.name);

  constructor(
    private readonly sessions: SessionStore,
    private readonly ending: SessionEnding,
    private readonly config: ServerConfig,
    private readonly lease: Lease,
    private readonly holders: SessionHolders,
  ) {}

  async onModuleDestroy(): Promise<void> {
    if (this.config.shutdownMode === 'handover') return;
    try {
      const count = await this.endAll();
      this.log.log({ message: 'Live sessions ended at shutdown', count });
    } catch (error) {
      this.log.error({
        message: 'Live sessions not ended at shutdown; they stay active',
        error,
      });
    }
  }

  /** Releases all sessions once no heartbeat runs, so that others need not wait for the lease to expire. */
  async beforeApplicationShutdown(): Promise<void> {
    try {
      await this.holders.release(this.lease.holder);
      await this.lease.leave();
    } catch (error) {
      this.log.warn({
        message: 'Session handover failed; claimed when the lease expires',
        error,
      });
    }
  }

  private async endAll(): Promise<number> {
    let count = 0;
    let after: string | undefined;
    for (;;) {
      const page = await this.sessions.walk('active', after, AT_A_TIME, this.lease.holder);
      if (page.length === 0) return count;
      await Promise.all(page.map(({ conversationId }) => this.ending.end(conversationId, 'shutdown')));
      count += page.length;
      after = page.at(-1)?.conversationId;
    }
  }
}
