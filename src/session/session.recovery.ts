import { setImmediate } from 'node:timers/promises';
import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { Loop } from '../common/time/loop';
import type { SessionState } from './domain/session-state';
import type { Session } from './domain/session';
import { IdempotencyStore } from './ports/idempotency.store';
import { SessionStore } from './ports/session.store';
import { SessionEnding } from './session.ending';
import { SessionWatch } from './session.watch';
import { SessionWriter } from './session.writer';

const PAGE = 500;
const ADOPT_EVERY_MS = 60_000;

/**
 * Picks up what an earlier process left: openings it did not finish are given up and closed upstream, active
 * sessions get their heartbeat back. An opening with an idempotency key gets the time of an opening anew, for its
 * caller to come again; the sweeper gives it up when nobody does. From then on it looks now and then for active sessions without a heartbeat:
 * a database that fails in the middle of a commit may leave one.
 */
@Injectable()
export class SessionRecovery implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger(SessionRecovery.name);
  /** Openings that may be asked for again. */
  private awaited: ReadonlySet<string> = new Set();
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
    private readonly keys: IdempotencyStore,
    private readonly writer: SessionWriter,
    private readonly ending: SessionEnding,
    private readonly watch: SessionWatch,
  ) {}

  /** Before the sweeper looks for the first time. */
  async onModuleInit(): Promise<void> {
    this.awaited = new Set(await this.keys.forgetClaims());
    await this.forEach('connecting', async ({ conversationId }) => {
      if (!this.awaited.has(conversationId)) return;
      await this.writer.apply(conversationId, (session, now) => session.restart(now));
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.sessions.recountSlots();
    let interrupted = 0;
    const halfOpen = await this.forEach('connecting', async ({ conversationId }) => {
      if (this.awaited.has(conversationId)) return;
      interrupted += 1;
      await this.ending.interrupt(conversationId);
    });
    const adopted = await this.adopt();
    this.log.log(
      `Recovered: ${adopted} sessions beat again, ${interrupted} half open ones are closed, ` +
        `${halfOpen - interrupted} may be asked for again`,
    );
    this.loop.startLater();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }

  private adopt(): Promise<number> {
    return this.forEach('active', (session) => {
      const { conversationId } = session;
      try {
        this.watch.begin(session, (loss) => this.ending.lost(conversationId, loss), { resumed: true });
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
