import { setImmediate } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Loop } from '../common/time/loop';
import type { SessionState } from './domain/session-state';
import type { Session } from './domain/session';
import { SessionStore } from './ports/session.store';
import { SessionEnding } from './session.ending';
import { SessionWatch } from './session.watch';

const PAGE = 500;
const ADOPT_EVERY_MS = 60_000;

/**
 * Picks up what an earlier process left: openings it did not finish are given up and closed upstream, active
 * sessions get their heartbeat back. From then on it looks now and then for active sessions without a heartbeat:
 * a database that fails in the middle of a commit may leave one.
 */
@Injectable()
export class SessionRecovery implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger(SessionRecovery.name);
  private readonly loop = new Loop(
    ADOPT_EVERY_MS,
    async () => {
      await this.adopt();
    },
    (error) => {
      this.log.warn({ message: 'Looking for sessions without a heartbeat failed and is repeated', error });
    },
  );

  constructor(
    private readonly sessions: SessionStore,
    private readonly ending: SessionEnding,
    private readonly watch: SessionWatch,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.sessions.recountSlots();
    const interrupted = await this.forEach('connecting', ({ conversationId }) =>
      this.ending.interrupt(conversationId),
    );
    const adopted = await this.adopt();
    this.log.log(`Recovered: ${adopted} sessions beat again, ${interrupted} half open ones are closed`);
    this.loop.startLater();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }

  private adopt(): Promise<number> {
    return this.forEach('active', (session) => {
      const { conversationId } = session;
      try {
        this.watch.begin(session, (cause) => this.ending.lost(conversationId, cause), { resumed: true });
      } catch (error) {
        // One session that cannot be watched, such as one of a channel that is gone, must not keep the others out.
        this.log.error({ message: 'A session cannot be watched over', conversationId, error });
      }
    });
  }

  private async forEach(
    state: SessionState,
    work: (session: Session) => void | Promise<void>,
  ): Promise<number> {
    let count = 0;
    let page: Session[];
    let after: string | undefined;
    do {
      page = await this.sessions.walk(state, after, PAGE);
      for (const session of page) await work(session);
      count += page.length;
      after = page.at(-1)?.conversationId;
      // The embedded database answers without giving way to anybody: beats and requests get their turn here.
      await setImmediate();
    } while (page.length === PAGE);
    return count;
  }
}
