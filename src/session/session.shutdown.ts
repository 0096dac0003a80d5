import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { ServerConfig } from '../config/server.config';
import { SessionStore } from './ports/session.store';
import { SessionEnding } from './session.ending';

const AT_A_TIME = 64;

/**
 * What becomes of live sessions when the process stops: `handover` leaves them to the next process, `disconnect`
 * ends all of them in our books, and upstream and for the CRM as far as the grace period allows; what is left of that
 * is done after the next start.
 */
@Injectable()
export class SessionShutdown implements OnModuleDestroy {
  private readonly log = new Logger(SessionShutdown.name);

  constructor(
    private readonly sessions: SessionStore,
    private readonly ending: SessionEnding,
    private readonly config: ServerConfig,
  ) {}

  async onModuleDestroy(): Promise<void> {
    if (this.config.shutdownMode === 'handover') return;
    try {
      const count = await this.endAll();
      this.log.log({ message: 'Ended the live sessions, as the shutdown mode asks', count });
    } catch (error) {
      this.log.error({
        message: 'Could not end all live sessions; the next start leaves them active',
        error,
      });
    }
  }

  private async endAll(): Promise<number> {
    let count = 0;
    let after: string | undefined;
    for (;;) {
      const page = await this.sessions.walk('active', after, AT_A_TIME);
      if (page.length === 0) return count;
      await Promise.all(page.map(({ conversationId }) => this.ending.end(conversationId, 'shutdown')));
      count += page.length;
      after = page.at(-1)?.conversationId;
    }
  }
}
