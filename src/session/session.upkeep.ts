import { setImmediate } from 'node:timers/promises';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Lease } from '../replica/ports/lease';
import type { Session } from './domain/session';
import { SessionStore } from './ports/session.store';
import { StorageTrouble } from './ports/storage-trouble';
import { SessionAdoption } from './session.adoption';

const PAGE = 500;
/** At the latest, whether or not anything is known to have gone wrong. */
const AT_LATEST_MS = 60_000;

/**
 * Puts right what a crash or a database that failed in the middle of a commit may leave behind: the count of slots at
 * the start, and active sessions of this replica without a heartbeat: soon after the database could not be used, and now and
 * then anyway.
 */
@Injectable()
export class SessionUpkeep implements OnModuleInit {
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

  /** Looks when there is reason to. Not while sessions are being given up: what is being given up looks forgotten. */
  async look(): Promise<void> {
    const { troubles } = this.trouble;
    if (troubles === this.seenTroubles && performance.now() < this.nextLookAt) return;
    await this.adoptForgotten();
    this.seenTroubles = troubles;
    this.nextLookAt = performance.now() + AT_LATEST_MS;
  }

  private async adoptForgotten(): Promise<void> {
    const { holder } = this.lease;
    let page: Session[];
    let after: string | undefined;
    do {
      page = await this.sessions.walk('active', after, PAGE, holder);
      // The lease was lost meanwhile, and with it what was found.
      if (this.lease.holder !== holder) return;
      for (const session of page) this.adoption.beginToBeat(session);
      after = page.at(-1)?.conversationId;
      // The embedded database answers without giving way to anybody: beats and requests get their turn here.
      await setImmediate();
    } while (page.length === PAGE);
  }
}
