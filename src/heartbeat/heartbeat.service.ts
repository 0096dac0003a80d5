import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { setTimeout as delay } from 'node:timers/promises';
import { RequestContext } from '../common/logging/request-context';
import { Clock } from '../common/time/clock';
import type { HeartbeatPlan } from './domain/heartbeat-plan';
import { Heartbeat, type HeartbeatStatus } from './heartbeat';

/** How long beats in flight may take when the process stops. */
const STOP_GRACE_MS = 2_000;

/**
 * Keeps things alive by beating for them: one named interval per plan on Nest's `SchedulerRegistry`, which itself
 * neither catches errors nor prevents overlap. Knows neither sessions nor Genesys.
 */
@Injectable()
export class HeartbeatService implements OnModuleDestroy {
  private readonly log = new Logger(HeartbeatService.name);
  private readonly heartbeats = new Map<string, Heartbeat>();

  constructor(
    private readonly scheduler: SchedulerRegistry,
    private readonly clock: Clock,
  ) {}

  get running(): number {
    return this.heartbeats.size;
  }

  /** Starts beating. Starting a name that is running does nothing. */
  start(plan: HeartbeatPlan): void {
    if (this.heartbeats.has(plan.name)) return;
    const firstDelayMs = Math.random() * plan.firstWithinMs;
    const heartbeat = new Heartbeat(plan, firstDelayMs, () => this.clock.now(), {
      over: () => {
        this.stop(plan.name);
      },
      trouble: (message, error) => {
        this.log.error({ message, conversationId: plan.name, error });
      },
    });
    this.heartbeats.set(plan.name, heartbeat);
    this.beatAfter(firstDelayMs, plan, heartbeat, () => {
      // First beats that were pressed together must not stay so: the second one is drawn from the whole interval.
      if (plan.firstWithinMs < plan.intervalMs) {
        this.beatAfter(Math.random() * plan.intervalMs, plan, heartbeat, () => {
          this.beatEvery(plan, heartbeat);
        });
      } else this.beatEvery(plan, heartbeat);
    });
  }

  /** An interval that lasts for one beat: it gives the heartbeat its phase and then makes room for `next`. */
  private beatAfter(delayMs: number, plan: HeartbeatPlan, heartbeat: Heartbeat, next: () => void): void {
    this.setInterval(plan.name, delayMs, () => {
      this.scheduler.deleteInterval(plan.name);
      next();
      heartbeat.tick();
    });
  }

  private beatEvery({ name, intervalMs }: HeartbeatPlan, heartbeat: Heartbeat): void {
    this.setInterval(name, intervalMs, () => {
      heartbeat.tick();
    });
  }

  /** Stops beating and aborts the beat in flight; nothing of the heartbeat is left. Stopping twice does nothing. */
  stop(name: string): void {
    const heartbeat = this.heartbeats.get(name);
    if (heartbeat === undefined) return;
    this.heartbeats.delete(name);
    // When the process stops, the interval is gone before the beat in flight that ends here.
    if (this.scheduler.doesExist('interval', name)) this.scheduler.deleteInterval(name);
    heartbeat.cancel();
  }

  /** Undefined when no heartbeat of that name runs here. */
  status(name: string): HeartbeatStatus | undefined {
    return this.heartbeats.get(name)?.status;
  }

  /** Lets the beats in flight finish for a moment, then stops everything. */
  async onModuleDestroy(): Promise<void> {
    const names = [...this.heartbeats.keys()];
    const idle = Promise.all([...this.heartbeats.values()].map((heartbeat) => heartbeat.idle));
    for (const name of names) this.scheduler.deleteInterval(name);
    const grace = new AbortController();
    await Promise.race([
      idle,
      delay(STOP_GRACE_MS, undefined, { signal: grace.signal }).catch(() => undefined),
    ]);
    grace.abort();
    for (const heartbeat of this.heartbeats.values()) heartbeat.cancel();
    this.heartbeats.clear();
  }

  private setInterval(name: string, everyMs: number, work: () => void): void {
    this.scheduler.addInterval(
      name,
      RequestContext.leave(() => setInterval(work, everyMs)),
    );
  }
}
