import { setImmediate } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Loop } from '../../common/time/loop';
import { Spans } from '../../common/tracing/spans';
import { Lease } from '../../replica/ports/lease';
import type { Session } from '../domain/session';
import { type RecoveryOutcome, SessionRecovery } from './session-recovery';
import { SessionClaims } from './session-claims';
import { ReplicaShare } from './replica-share';
import { SessionReconciler } from './session-reconciler';

/** Sessions that are claimed or released in one transaction. */
const BATCH = 500;

/**
 * Claims and recovers sessions without a holder, up to the share of this replica, releases the surplus when other replicas
 * join, and runs the reconciler: one after the other, so that no session is recovered during its release. The claim at the
 * start comes before requests are served, and after every module has registered its channel, policy or sink (`onModuleInit`).
 */
@Injectable()
export class SessionRebalancer implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger(SessionRebalancer.name);
  private readonly loop: Loop;

  constructor(
    private readonly lease: Lease,
    private readonly share: ReplicaShare,
    private readonly recovery: SessionRecovery,
    private readonly claims: SessionClaims,
    private readonly reconciler: SessionReconciler,
  ) {
    this.loop = new Loop(
      lease.lookEveryMs,
      () => this.rebalance(),
      (error) => {
        this.log.warn({ message: 'Session rebalancing failed; repeated', error });
      },
    );
    lease.onLost(() => {
      claims.dropAll();
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.takeOverAtStart();
    this.loop.startLater();
  }

  async takeOverAtStart(): Promise<void> {
    await this.lease.expireOthers();
    const outcomes = await this.takeOver(await this.share.current());
    const { resumed = 0, interrupted = 0, pending = 0 } = countOf(outcomes);
    this.log.log(
      `Sessions recovered: ${resumed} heartbeats resumed, ${interrupted} openings interrupted, ` +
        `${pending} openings pending for a retry`,
    );
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }

  private async rebalance(): Promise<void> {
    if (!this.lease.isValid) return;
    await this.lease.expireOthers();
    const share = await this.share.current();
    await this.takeOver(share);
    await this.releaseSurplus(share);
    await this.reconciler.reconcile();
  }

  /**
   * Claims first and starts the heartbeats after the last claim, also when that failed: the first beats of many sessions
   * take all of the event loop, and claims in between would wait for them at every step.
   */
  private async takeOver(share: number): Promise<RecoveryOutcome[]> {
    const { holder } = this.lease;
    const claimed: Session[] = [];
    try {
      await this.claimUpTo(share, claimed);
    } catch (error) {
      await this.recoverAll(claimed, holder);
      throw error;
    }
    return await this.recoverAll(claimed, holder);
  }

  private async claimUpTo(share: number, claimed: Session[]): Promise<void> {
    const room = this.share.room(share);
    for (;;) {
      const wanted = Math.min(BATCH, room - claimed.length);
      if (wanted === 0) return;
      const batch = await this.claims.claim(wanted);
      claimed.push(...batch);
      if (batch.length < BATCH) return;
      // Yields to beats and requests, because the embedded database is synchronous.
      await setImmediate();
    }
  }

  private async recoverAll(claimed: readonly Session[], holder: string): Promise<RecoveryOutcome[]> {
    if (claimed.length === 0) return [];
    return Spans.run('sessions.take-over', (span) => {
      span.set('sessions.count', claimed.length);
      return this.recoverEach(claimed, holder);
    });
  }

  private async recoverEach(claimed: readonly Session[], holder: string): Promise<RecoveryOutcome[]> {
    const outcomes: RecoveryOutcome[] = [];
    for (const session of claimed) {
      if (outcomes.length > 0 && outcomes.length % BATCH === 0) await setImmediate();
      // The lease was lost meanwhile, and with it the claims.
      if (this.lease.holder !== holder) return outcomes;
      outcomes.push(await this.recovery.recover(session));
    }
    return outcomes;
  }

  private async releaseSurplus(share: number): Promise<void> {
    const surplus = this.share.surplus(share);
    if (surplus === 0) return;
    let released = 0;
    let batch: number;
    do {
      batch = await this.claims.release(Math.min(BATCH, surplus - released));
      released += batch;
    } while (batch === BATCH);
    if (released > 0) this.log.log({ message: 'Sessions released for other replicas', count: released });
  }
}

function countOf(outcomes: readonly RecoveryOutcome[]): Partial<Record<RecoveryOutcome, number>> {
  const counts: Partial<Record<RecoveryOutcome, number>> = {};
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}
