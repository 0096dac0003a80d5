import { setImmediate } from 'node:timers/promises';
import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { Loop } from '../common/time/loop';
import { Lease } from '../replica/ports/lease';
import type { Session } from './domain/session';
import { SessionStore } from './ports/session.store';
import { SessionAdoption } from './session.adoption';

const PAGE = 500;
const LOOK_EVERY_MS = 60_000;

/**
 * Puts right what a crash or a database that failed in the middle of a commit may leave behind: the count of slots at
 * the start, and now and then active sessions of this replica without a heartbeat.
 */
@Injectable()
export class SessionUpkeep implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger(SessionUpkeep.name);
  private readonly loop = new Loop(
    LOOK_EVERY_MS,
    () => this.look(),
    (error) => {
      this.log.warn({ message: 'Looking for sessions without a heartbeat failed and is repeated', error });
    },
  );

  constructor(
    private readonly sessions: SessionStore,
    private readonly lease: Lease,
    private readonly adoption: SessionAdoption,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.sessions.recountSlots();
  }

  onApplicationBootstrap(): void {
    this.loop.startLater();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }

  private async look(): Promise<void> {
    let page: Session[];
    let after: string | undefined;
    do {
      page = await this.sessions.walk('active', after, PAGE, this.lease.holder);
      for (const session of page) this.adoption.beginToBeat(session);
      after = page.at(-1)?.conversationId;
      // The embedded database answers without giving way to anybody: beats and requests get their turn here.
      await setImmediate();
    } while (page.length === PAGE);
  }
}
