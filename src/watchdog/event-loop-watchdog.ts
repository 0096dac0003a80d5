import { url as inspectorUrl } from 'node:inspector';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { WatchdogConfig } from '../config/watchdog.config';
import { Beats } from './beats';
import type { BlockReport } from './domain/block-report';
import type { WatchdogOrders } from './watchdog-orders';
import { REPORT_EVERY_MS, WatchdogTelemetry } from './watchdog.telemetry';

// Relative to both `dist/watchdog` and `dist/bundle`.
const THREAD = join(__dirname, '../watchdog/watchdog-thread.js');
const BEAT_MS = 200;
const LOOK_MS = 200;
const MAX_HEAP_MB = 64;

/**
 * Reports blocks of this process's event loop, with the stack of the main thread: a beat of the main thread is watched
 * by a thread. `start` is called once in a process and not by the application, since a process has one event loop for
 * all of its applications. Neither the beat nor the thread keeps the process alive, and a thread that fails is reported and
 * not replaced.
 */
@Injectable()
export class EventLoopWatchdog implements OnApplicationShutdown {
  private readonly beats = new Beats();
  private beating: NodeJS.Timeout | undefined;
  private thread: Worker | undefined;

  constructor(
    private readonly config: WatchdogConfig,
    private readonly telemetry: WatchdogTelemetry,
  ) {}

  /** Does nothing if the setting is 0, or in a process under a debugger, whose pauses are no blocks. */
  start(): void {
    if (this.config.blockedMs === 0 || inspectorUrl() !== undefined || this.thread !== undefined) return;
    this.beats.beat();
    this.beating = setInterval(() => {
      this.beats.beat();
    }, BEAT_MS).unref();
    const workerData: WatchdogOrders = {
      memory: this.beats.memory,
      blockedMs: this.config.blockedMs,
      beatMs: BEAT_MS,
      lookMs: LOOK_MS,
      stacksEveryMs: REPORT_EVERY_MS,
    };
    // No environment: the thread needs no secret, and no option that is meant for the process.
    const thread = new Worker(THREAD, {
      workerData,
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    });
    thread.on('message', (report: BlockReport) => {
      this.telemetry.blocked(report);
    });
    thread.on('error', (error) => {
      clearInterval(this.beating);
      this.telemetry.failed(error);
    });
    thread.unref();
    this.thread = thread;
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.beating);
    await this.thread?.terminate();
    this.thread = undefined;
  }
}
