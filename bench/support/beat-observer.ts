import type { INestApplicationContext } from '@nestjs/common';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { HeartbeatService } from '../../src/heartbeat/heartbeat.service';
import { SessionTelemetry } from '../../src/session/session.telemetry';
import { quantile } from './statistics';

/** Beats and resources of a service with live sessions during some time. */
export interface Observation {
  readonly seconds: number;
  readonly beats: number;
  /** Beats with any other outcome than `ok`. */
  readonly failedBeats: number;
  readonly lostSessions: number;
  /** Maximum number of beats in a second. */
  readonly peakPerSecond: number;
  readonly latenessP50Ms: number;
  readonly latenessP99Ms: number;
  readonly loopDelayP99Ms: number;
  readonly loopDelayMaxMs: number;
  /** CPU time of the process as a share of one core. */
  readonly cpuShare: number;
  readonly running: number;
}

const RESOLUTION_MS = 10;

/** Observes the beats of a service at its own counters, without a cost for each session. */
export class BeatObserver {
  private latenesses: number[] = [];
  private perSecond = new Map<number, number>();
  private failedBeats = 0;
  private lostSessions = 0;

  constructor(private readonly app: INestApplicationContext) {
    const telemetry = app.get(SessionTelemetry);
    const beatEnded = telemetry.beatEnded.bind(telemetry);
    telemetry.beatEnded = (outcome, latenessMs, conversationId) => {
      beatEnded(outcome, latenessMs, conversationId);
      this.latenesses.push(latenessMs);
      if (outcome.kind !== 'ok') this.failedBeats += 1;
      const second = Math.floor(performance.now() / 1000);
      this.perSecond.set(second, (this.perSecond.get(second) ?? 0) + 1);
    };
  }

  lost(): Promise<void> {
    this.lostSessions += 1;
    return Promise.resolve();
  }

  async observe(ms: number): Promise<Observation> {
    const loopDelay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    this.startOver();
    const cpuBefore = process.cpuUsage();
    const startedAt = performance.now();
    loopDelay.enable();
    await delay(ms);
    loopDelay.disable();
    const seconds = (performance.now() - startedAt) / 1000;
    const { user, system } = process.cpuUsage(cpuBefore);
    const observation = {
      seconds,
      beats: this.latenesses.length,
      failedBeats: this.failedBeats,
      lostSessions: this.lostSessions,
      peakPerSecond: Math.max(0, ...this.perSecond.values()),
      latenessP50Ms: quantile(this.latenesses, 0.5),
      latenessP99Ms: quantile(this.latenesses, 0.99),
      // The monitor measures whole intervals of its timer: the part above its resolution is delay.
      loopDelayP99Ms: Math.max(0, loopDelay.percentile(99) / 1e6 - RESOLUTION_MS),
      loopDelayMaxMs: Math.max(0, loopDelay.max / 1e6 - RESOLUTION_MS),
      cpuShare: (user + system) / 1e6 / seconds,
      running: this.app.get(HeartbeatService).running,
    };
    this.startOver();
    return observation;
  }

  private startOver(): void {
    this.latenesses = [];
    this.perSecond = new Map();
    this.failedBeats = 0;
    this.lostSessions = 0;
  }
}
