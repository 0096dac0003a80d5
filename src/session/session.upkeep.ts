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
import { StorageTrouble } from './ports/storage-trouble';
import { SessionAdoption } from './session.adoption';

const PAGE = 500;
const LOOK_EVERY_MS = 1_000;
/** At the latest, whether or not anything is known to have gone wrong. */
const AT_LATEST_MS = 60_000;

/**
 * Puts right what a crash or a database that failed in the middle of a commit may leave behind: the count of slots at
 * the start, and active sessions of this replica without a heartbeat: soon after the database could not be used, and now and
 * then anyway.
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

  private seenTroubles = 0;
  private nextLookAt = performance.now() + AT_LATEST_MS;

  constructor(
    private readonly sessions: SessionStore,
    private readonly trouble: StorageTrouble,
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
    const troubles = this.trouble.count;
    if (troubles === this.seenTroubles && performance.now() < this.nextLookAt) return;
    if (!this.lease.isTrusted) return;
    await this.adoptForgotten();
    this.seenTroubles = troubles;
    this.nextLookAt = performance.now() + AT_LATEST_MS;
  }

  private async adoptForgotten(): Promise<void> {
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
