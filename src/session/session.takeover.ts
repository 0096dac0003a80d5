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
import { type Adopted, SessionAdoption } from './session.adoption';
import { SessionHandover } from './session.handover';
import { SessionShare } from './session.share';
import { SessionUpkeep } from './session.upkeep';

/** Sessions that are claimed in one transaction, and that are walked through at a time. */
const BATCH = 500;

/**
 * Goes on with sessions whose process is gone, within this replica's fair share, gives up what is more than that when
 * others join, and sees to what is its own and was forgotten: one after the other, so that nothing is taken up again while
 * it is given up. It takes over what it finds at the start before anything else works on sessions.
 */
@Injectable()
export class SessionTakeover implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger(SessionTakeover.name);
  private readonly loop: Loop;

  constructor(
    private readonly lease: Lease,
    private readonly share: SessionShare,
    private readonly adoption: SessionAdoption,
    private readonly handover: SessionHandover,
    private readonly upkeep: SessionUpkeep,
  ) {
    this.loop = new Loop(
      lease.lookEveryMs,
      () => this.look(),
      (error) => {
        this.log.warn({ message: 'Looking for sessions without a holder failed and is repeated', error });
      },
    );
    lease.onLost(() => {
      handover.dropAll();
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
    if (!this.lease.isTrusted) return;
    await this.lease.expireOthers();
    const share = await this.share.current();
    await this.takeOver(share);
    await this.giveBack(share);
    await this.upkeep.look();
  }

  private async takeOver(share: number): Promise<Adopted[]> {
    const outcomes: Adopted[] = [];
    const { holder } = this.lease;
    for (;;) {
      const wanted = Math.min(BATCH, this.share.room(share));
      if (wanted === 0) return outcomes;
      const claimed = await this.handover.take(wanted);
      for (const session of claimed) {
        // The lease was lost meanwhile, and with it what was claimed.
        if (this.lease.holder !== holder) return outcomes;
        outcomes.push(await this.adoption.adopt(session));
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
      batch = await this.handover.give(Math.min(BATCH, surplus - given));
      given += batch;
    } while (batch === BATCH);
    if (given > 0) this.log.log({ message: 'Gave sessions back for others to take', count: given });
  }
}

function countOf(outcomes: readonly Adopted[]): Partial<Record<Adopted, number>> {
  const counts: Partial<Record<Adopted, number>> = {};
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}
