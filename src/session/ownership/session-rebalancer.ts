import { setImmediate } from 'node:timers/promises';
import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { Loop } from '../../common/time/loop';
import { Lease } from '../../replica/ports/lease';
import { type RecoveryOutcome, SessionRecovery } from './session-recovery';
import { SessionClaims } from './session-claims';
import { ReplicaShare } from './replica-share';
import { SessionReconciler } from './session-reconciler';

/** Sessions that are claimed in one transaction, and that are walked through at a time. */
const BATCH = 500;

/**
 * Goes on with sessions whose process is gone, within this replica's fair share, gives up what is more than that when
 * others join, and sees to what is its own and was forgotten: one after the other, so that nothing is taken up again while
 * it is given up. It takes over what it finds at the start before anything else works on sessions.
 */
@Injectable()
export class SessionRebalancer implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
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
      () => this.look(),
      (error) => {
        this.log.warn({ message: 'Looking for sessions without a holder failed and is repeated', error });
      },
    );
    lease.onLost(() => {
      claims.dropAll();
    });
  }

  async onModuleInit(): Promise<void> {
    await this.lease.expireOthers();
    const outcomes = await this.takeOver(await this.share.current());
    const { beats = 0, interrupted = 0, awaited = 0 } = countOf(outcomes);
    this.log.log(
      `Taken over: ${beats} sessions beat again, ${interrupted} half open ones are closed, ` +
        `${awaited} may be asked for again`,
    );
  }

  onApplicationBootstrap(): void {
    this.loop.startLater();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }

  private async look(): Promise<void> {
    if (!this.lease.isValid) return;
    await this.lease.expireOthers();
    const share = await this.share.current();
    await this.takeOver(share);
    await this.giveBack(share);
    await this.reconciler.reconcile();
  }

  private async takeOver(share: number): Promise<RecoveryOutcome[]> {
    const outcomes: RecoveryOutcome[] = [];
    const { holder } = this.lease;
    for (;;) {
      const wanted = Math.min(BATCH, this.share.room(share));
      if (wanted === 0) return outcomes;
      const claimed = await this.claims.claim(wanted);
      for (const session of claimed) {
        // The lease was lost meanwhile, and with it what was claimed.
        if (this.lease.holder !== holder) return outcomes;
        outcomes.push(await this.recovery.recover(session));
      }
      if (claimed.length < BATCH) return outcomes;
      // The embedded database answers without giving way to anybody: beats and requests get their turn here.
      await setImmediate();
    }
  }

  private async giveBack(share: number): Promise<void> {
    const surplus = this.share.surplus(share);
    if (surplus === 0) return;
    let given = 0;
    let batch: number;
    do {
      batch = await this.claims.release(Math.min(BATCH, surplus - given));
      given += batch;
    } while (batch === BATCH);
    if (given > 0) this.log.log({ message: 'Gave sessions back for others to take', count: given });
  }
}

function countOf(outcomes: readonly RecoveryOutcome[]): Partial<Record<RecoveryOutcome, number>> {
  const counts: Partial<Record<RecoveryOutcome, number>> = {};
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}
