import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { sleep } from '../common/time/sleep';
import { RequestContext } from '../common/logging/request-context';
import { Clock } from '../common/time/clock';
import type { HeartbeatPlan } from './domain/heartbeat-plan';
import { Heartbeat, type HeartbeatStatus } from './heartbeat';

/** Time for beats in flight to finish when the process stops. */
const STOP_GRACE_MS = 2_000;

/**
 * Sends the heartbeats of plans: one named interval per plan on Nest's `SchedulerRegistry`, which itself neither
 * catches errors nor prevents overlap. Knows neither sessions nor Genesys.
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

  /** Names of the running plans. */
  get names(): string[] {
    return [...this.heartbeats.keys()];
  }

  /** The plans' own intervals, and the number of plans for each, by the plans' groups. */
  demandByGroup(): ReadonlyMap<string, ReadonlyMap<number, number>> {
    const demand = new Map<string, Map<number, number>>();
    for (const { plan } of this.heartbeats.values()) {
      const { group = '', intervalMs } = plan;
      const intervals = demand.get(group) ?? new Map<number, number>();
      intervals.set(intervalMs, (intervals.get(intervalMs) ?? 0) + 1);
      demand.set(group, intervals);
    }
    return demand;
  }

  /** Starts a heartbeat. Does nothing for a name that is running. */
  start(plan: HeartbeatPlan): void {
    if (this.heartbeats.has(plan.name)) return;
    const firstDelayMs = (plan.firstAfterMs ?? 0) + Math.random() * plan.firstWithinMs;
    const heartbeat = new Heartbeat(plan, firstDelayMs, () => this.clock.now(), {
      over: () => {
        this.stop(plan.name);
      },
      trouble: (message, error) => {
        this.log.error({ message, conversationId: plan.name, error });
      },
      again: (delayMs) => {
        this.beatSooner(delayMs, heartbeat);
      },
    });
    this.heartbeats.set(plan.name, heartbeat);
    this.beatAfter(firstDelayMs, heartbeat);
  }

  /**
   * Replaces the interval when the delay changes: the first one gives the heartbeat its phase, and the pace may change from
   * beat to beat.
   */
  private beatAfter(delayMs: number, heartbeat: Heartbeat): void {
    const { name } = heartbeat.plan;
    this.setInterval(name, delayMs, () => {
      const nextMs = heartbeat.nextDelayMs();
      if (nextMs !== delayMs) {
        this.scheduler.deleteInterval(name);
        this.beatAfter(nextMs, heartbeat);
      }
      heartbeat.tick();
    });
  }

  private beatSooner(delayMs: number, heartbeat: Heartbeat): void {
    const { name } = heartbeat.plan;
    if (this.heartbeats.get(name) !== heartbeat || !this.scheduler.doesExist('interval', name)) return;
    this.scheduler.deleteInterval(name);
    this.beatAfter(delayMs, heartbeat);
  }

  /** Sends the next beat at once; the one after it follows an interval later. Does nothing for an unknown name. */
  beatNow(name: string): void {
    const heartbeat = this.heartbeats.get(name);
    if (heartbeat === undefined) return;
    heartbeat.beatNow();
    this.beatSooner(0, heartbeat);
  }

  /** Stops the heartbeat and aborts the beat in flight; no timer remains. Idempotent. */
  stop(name: string): void {
    const heartbeat = this.heartbeats.get(name);
    if (heartbeat === undefined) return;
    this.heartbeats.delete(name);
    // When the process stops, the interval is deleted before the beat in flight ends here.
    if (this.scheduler.doesExist('interval', name)) this.scheduler.deleteInterval(name);
    heartbeat.cancel();
  }

  /** Undefined if no heartbeat of that name runs here. */
  status(name: string): HeartbeatStatus | undefined {
    return this.heartbeats.get(name)?.status;
  }

  /** Lets the beats in flight finish for a short time, then stops everything. */
  async onModuleDestroy(): Promise<void> {
    const names = [...this.heartbeats.keys()];
    const idle = Promise.all([...this.heartbeats.values()].map((heartbeat) => heartbeat.idle));
    for (const name of names) this.scheduler.deleteInterval(name);
    const grace = new AbortController();
    await Promise.race([idle, sleep(STOP_GRACE_MS, grace.signal)]);
    grace.abort();
    for (const heartbeat of this.heartbeats.values()) heartbeat.cancel();
    this.heartbeats.clear();
  }

  private setInterval(name: string, everyMs: number, work: () => void): void {
    this.scheduler.addInterval(
      name,
      setInterval(() => {
        RequestContext.beginTrace(work);
      }, everyMs),
    );
  }
}
