import { setImmediate } from 'node:timers/promises';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Lease } from '../../replica/ports/lease';
import type { Session } from '../domain/session';
import { SessionStore } from '../ports/session.store';
import { StorageFailures } from '../ports/storage-failures';
import { SessionRecovery } from './session-recovery';

const PAGE = 500;
/** At the latest, whether or not anything is known to have gone wrong. */
const AT_LATEST_MS = 60_000;

/**
 * Puts right what a crash or a database that failed in the middle of a commit may leave behind: the count of slots at
 * the start, and active sessions of this replica without a heartbeat: soon after the database could not be used, and now and
 * then anyway.
 */
@Injectable()
export class SessionReconciler implements OnModuleInit {
  private seenTroubles = 0;
  private nextLookAt = performance.now() + AT_LATEST_MS;

  constructor(
    private readonly sessions: SessionStore,
    private readonly trouble: StorageFailures,
    private readonly lease: Lease,
    private readonly recovery: SessionRecovery,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.sessions.recountSlots();
  }

  /** Looks when there is reason to. Not while sessions are being given up: what is being given up looks forgotten. */
  async reconcile(): Promise<void> {
    const { count: troubles } = this.trouble;
    if (troubles === this.seenTroubles && performance.now() < this.nextLookAt) return;
    await this.recoverForgotten();
    this.seenTroubles = troubles;
    this.nextLookAt = performance.now() + AT_LATEST_MS;
  }

  private async recoverForgotten(): Promise<void> {
    const { holder } = this.lease;
    let page: Session[];
    let after: string | undefined;
    do {
      page = await this.sessions.walk('active', after, PAGE, holder);
      // The lease was lost meanwhile, and with it what was found.
      if (this.lease.holder !== holder) return;
      for (const session of page) this.recovery.beginToBeat(session);
      after = page.at(-1)?.conversationId;
      // The embedded database answers without giving way to anybody: beats and requests get their turn here.
      await setImmediate();
    } while (page.length === PAGE);
  }
}
