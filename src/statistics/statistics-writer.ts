import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { abortable } from '../common/time/abortable';
import { Clock } from '../common/time/clock';
import { withDeadline } from '../common/time/deadline';
import { Loop } from '../common/time/loop';
import { FigureRecorder } from '../metrics/figure-recorder';
import { Lease } from '../replica/ports/lease';
import { BudgetPeaks } from './budget-peaks';
import { figuresOf, MINUTE_MS, minuteOf } from './domain/figures';
import { KEPT_MINUTES, type MinuteFigures, StatisticsStore } from './ports/statistics.store';

/** Precision with which figures are attributed to minutes, and interval of the samples of budgets. */
const TICK_MS = 1_000;
/** Each minute that ends causes a write; this is for times in which none ends, since the clock was set back. */
const WRITE_PAUSE_MS = 2 * MINUTE_MS;
/** A database that does not answer delays no stop for longer. */
const LAST_WRITE_MS = 1_000;

/**
 * Writes the figures of this replica: once a minute the minute that is over, in one statement outside of all other
 * transactions. Minutes that could not be written are kept for the next attempt, at most ten; beyond that the oldest is
 * lost. A process that stops writes the current minute, as its last one.
 *
 * The replica's sessions are those that it held at the end of the minute; a replica that stops holds none.
 */
@Injectable()
export class StatisticsWriter implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly log = new Logger('Statistics');
  private readonly ticking: Loop;
  private readonly writing: Loop;
  /** The minute that is being recorded. */
  private minute: number;
  private pending: MinuteFigures[] = [];

  constructor(
    private readonly store: StatisticsStore,
    private readonly recorder: FigureRecorder,
    private readonly budgets: BudgetPeaks,
    private readonly lease: Lease,
    private readonly clock: Clock,
  ) {
    this.minute = minuteOf(clock.now());
    this.ticking = new Loop(TICK_MS, () => this.tick(), this.failed);
    this.writing = new Loop(WRITE_PAUSE_MS, () => this.flush(), this.failed);
  }

  onApplicationBootstrap(): void {
    this.ticking.start();
    this.writing.startLater();
  }

  /** Runs before the database is closed, after sessions and deliveries have stopped. */
  async onApplicationShutdown(): Promise<void> {
    await this.ticking.stop();
    this.cut(0);
    const { signal } = new AbortController();
    try {
      await withDeadline(LAST_WRITE_MS, signal, (isOver) => abortable(this.writeLast(), isOver));
    } catch (error) {
      this.log.warn({ message: 'Statistics of the last minute not written', error });
    }
  }

  private async writeLast(): Promise<void> {
    await this.writing.stop();
    await this.flush();
  }

  private tick(): Promise<void> {
    this.budgets.sample();
    const now = this.clock.now();
    // A clock that is set back by a little repeats no minute.
    if (now >= this.minute + MINUTE_MS || now < this.minute - MINUTE_MS) {
      this.cut(this.recorder.heldSessions);
      this.minute = minuteOf(now);
      this.writing.wake();
    }
    return Promise.resolve();
  }

  /** Ends the recorded minute. */
  private cut(live: number): void {
    const { minute } = this;
    const replica = this.lease.holder;
    const figures = figuresOf(this.recorder.take(), live, this.budgets.take());
    // A clock that was set back far repeats a minute, which a statement may name only once.
    const others = this.pending.filter((one) => one.minute !== minute || one.replica !== replica);
    if (others.length >= KEPT_MINUTES)
      this.log.warn({ message: 'Statistics lost: the oldest unwritten minute is dropped' });
    this.pending = [...others.slice(1 - KEPT_MINUTES), { minute, replica, figures }];
  }

  private async flush(): Promise<void> {
    const minutes = this.pending;
    if (minutes.length === 0) return;
    await this.store.write(minutes);
    this.pending = this.pending.filter((minute) => !minutes.includes(minute));
  }

  private readonly failed = (error: unknown): void => {
    this.log.warn({ message: 'Statistics not written; retried with the next minute', error });
  };
}
