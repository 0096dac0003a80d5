import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { LogThrottle } from '../common/logging/log-throttle';
import { Loop } from '../common/time/loop';
import { SystemClock } from '../common/time/system-clock';
import { Metrics } from '../metrics/metrics';
import { DeadlineStore } from './ports/deadline.store';
import { Lease } from './ports/lease';

const LOOK_EVERY_MS = 1_000;
/** Smaller differences are corrections of a synchronised clock, which are followed at once. */
const STEP_MS = 5_000;
/** Time for which the difference to the machine has to stay the same before its time is taken over. */
const SETTLED_MS = 60_000;
/** A clock that is further off is wrong, like that of a machine without a battery at its start. */
const MAX_STEP_MS = 86_400_000;
/** Longer than any pause between two attempts, with room for jitter. */
const LONGEST_PAUSE_MS = 2 * 3_600_000;
const BRING_FORWARD_EVERY_MS = 3_600_000;
const COMPLAIN_EVERY_MS = 3_600_000;
/** Two clocks cannot be compared if the process was delayed longer than this between the readings. */
const READ_WITHIN_MS = 100;

/**
 * Detects that the clock of the machine is set while the process runs, which moves no deadline: the time of the
 * process (`SystemClock`) follows the monotonic clock.
 *
 * With an embedded database, the process follows small corrections of the machine's clock. After a step of more than
 * five seconds it keeps its own time; once the machine's clock has been stable for a minute, it takes that time over
 * and moves every stored deadline by the same step. A clock that is more than a day off is not taken over before the
 * next start. With a shared database the time comes from the database.
 */
@Injectable()
export class ClockMonitor implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger(ClockMonitor.name);
  private readonly steps;
  private readonly complaints = new LogThrottle(COMPLAIN_EVERY_MS);
  /** The machine's time at the zero of the monotonic clock, at the last reading. */
  private machineStart = Date.now() - performance.now();
  /** The lead of the machine's clock over the process, and the time since which it has been stable. */
  private apart = { stepMs: 0, since: performance.now() };
  private broughtForwardAt = -Infinity;
  private readonly loop = new Loop(
    LOOK_EVERY_MS,
    () => this.look(),
    (error) => {
      this.log.warn({ message: 'Deadline correction failed; retrying', error });
    },
  );

  constructor(
    private readonly clock: SystemClock,
    private readonly deadlines: DeadlineStore,
    private readonly lease: Lease,
    metrics: Metrics,
  ) {
    this.steps = metrics.counter(
      'clock_steps_total',
      'Steps of more than five seconds of the clock of the machine',
    );
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }

  private async look(): Promise<void> {
    const before = performance.now();
    const machineNow = Date.now();
    const isComparable = performance.now() - before < READ_WITHIN_MS;
    if (isComparable) this.noticeStep(machineNow - before);
    if (isComparable && !this.lease.isShared) await this.followMachine();
    await this.bringForward();
  }

  private noticeStep(machineStart: number): void {
    const stepMs = Math.round(machineStart - this.machineStart);
    this.machineStart = machineStart;
    if (Math.abs(stepMs) <= STEP_MS) return;
    this.steps.inc();
    this.log.warn({ message: 'Clock of the machine stepped: no deadline moves', stepMs });
  }

  private async followMachine(): Promise<void> {
    const stepMs = Math.round(this.machineNow() - this.clock.now());
    if (Math.abs(stepMs) <= STEP_MS) {
      this.apart = { stepMs: 0, since: performance.now() };
      this.clock.follow(this.machineNow());
      return;
    }
    if (Math.abs(stepMs - this.apart.stepMs) > STEP_MS) this.apart = { stepMs, since: performance.now() };
    if (performance.now() - this.apart.since < SETTLED_MS) return;
    if (Math.abs(stepMs) > MAX_STEP_MS) {
      this.complaints.say(() => {
        this.log.error({ message: 'Clock of the machine is more than a day off: not taken over', stepMs });
      });
      return;
    }
    await this.deadlines.shift(stepMs, () => {
      this.clock.follow(this.clock.now() + stepMs);
    });
    this.log.warn({ message: 'Clock of the machine taken over, deadlines moved with it', stepMs });
  }

  /** Corrects deadlines that an earlier process has stored with a clock that was ahead. */
  private async bringForward(): Promise<void> {
    const now = performance.now();
    if (now - this.broughtForwardAt < BRING_FORWARD_EVERY_MS) return;
    this.broughtForwardAt = now;
    const count = await this.deadlines.bringForward(this.clock.now(), LONGEST_PAUSE_MS);
    if (count > 0) this.log.warn({ message: 'Deadlines too far ahead corrected', count });
  }

  private machineNow(): number {
    return this.machineStart + performance.now();
  }
}
