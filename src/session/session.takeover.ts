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
import { SessionHolders } from './ports/session.holders';
import { type Adopted, SessionAdoption } from './session.adoption';
import { SessionHandover } from './session.handover';
import { SessionShare } from './session.share';

/** Sessions that are claimed in one transaction, and that are walked through at a time. */
const BATCH = 500;

/**
 * Goes on with sessions whose process is gone, within this replica's fair share, and gives up what is more than that
 * when others join. It takes over what it finds at the start before anything else works on sessions.
 */
@Injectable()
export class SessionTakeover implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger(SessionTakeover.name);
  private readonly loop: Loop;

  constructor(
    private readonly lease: Lease,
    private readonly holders: SessionHolders,
    private readonly share: SessionShare,
    private readonly adoption: SessionAdoption,
    private readonly handover: SessionHandover,
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
    const outcomes = await this.takeOver();
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
    await this.takeOver();
    await this.giveBack();
  }

  private async takeOver(): Promise<Adopted[]> {
    const outcomes: Adopted[] = [];
    for (;;) {
      const wanted = this.lease.isShared ? Math.min(BATCH, await this.share.room()) : BATCH;
      if (wanted === 0) return outcomes;
      const claimed = await this.holders.claim(this.lease.holder, wanted);
      for (const session of claimed) outcomes.push(await this.adoption.adopt(session));
      if (claimed.length < BATCH) return outcomes;
      // The embedded database answers without giving way to anybody: beats and requests get their turn here.
      await setImmediate();
    }
  }

  private async giveBack(): Promise<void> {
    if (!this.lease.isShared) return;
    const surplus = await this.share.surplus();
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
