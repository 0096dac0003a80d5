import { setImmediate } from 'node:timers/promises';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Lease } from '../../replica/ports/lease';
import type { Session } from '../domain/session';
import { SessionStore } from '../ports/session.store';
import { StorageFailureCounter } from '../ports/storage-failure-counter';
import { SessionRecovery } from './session-recovery';

const PAGE = 500;
/** Interval of reconciliation without a storage failure. */
const MAX_INTERVAL_MS = 60_000;

/**
 * Repairs the state that a crash or a failed commit may leave: the count of slots at the start, and active sessions of this
 * replica without a heartbeat, soon after a storage failure and every minute anyway.
 */
@Injectable()
export class SessionReconciler implements OnModuleInit {
  private seenFailures = 0;
  private nextRunAt = performance.now() + MAX_INTERVAL_MS;

  constructor(
    private readonly sessions: SessionStore,
    private readonly storageFailures: StorageFailureCounter,
    private readonly lease: Lease,
    private readonly recovery: SessionRecovery,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.sessions.recountSlots();
  }

  /** Runs only after a storage failure or every minute, never during a release: sessions in release have no heartbeat either. */
  async reconcile(): Promise<void> {
    const { count: failures } = this.storageFailures;
    if (failures === this.seenFailures && performance.now() < this.nextRunAt) return;
    await this.restartMissing();
    this.seenFailures = failures;
    this.nextRunAt = performance.now() + MAX_INTERVAL_MS;
  }

  private async restartMissing(): Promise<void> {
    const { holder } = this.lease;
    let page: Session[];
    let after: string | undefined;
    do {
      page = await this.sessions.walk('active', after, PAGE, holder);
      // The lease was lost meanwhile, and with it these sessions.
      if (this.lease.holder !== holder) return;
      for (const session of page) this.recovery.startHeartbeat(session);
      after = page.at(-1)?.conversationId;
      // Yields to beats and requests, because the embedded database is synchronous.
      await setImmediate();
    } while (page.length === PAGE);
  }
}
