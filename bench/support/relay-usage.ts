import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Handlers } from './ipc';

const RESOLUTION_MS = 10;

/** The commands by which each relay reports its usage of the processor. */
export interface UsageCommands {
  /** CPU time of this process so far, in microseconds. */
  cpu: { input: undefined; output: number };
  /** 99th percentile of the event loop delay since the last call, in milliseconds. */
  loopDelayP99: { input: undefined; output: number };
}

/** Starts to monitor the event loop of this process. */
export function usageHandlers(): Handlers<UsageCommands> {
  const monitor = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  monitor.enable();
  return {
    cpu: () => {
      const { user, system } = process.cpuUsage();
      return user + system;
    },
    loopDelayP99: () => {
      // The monitor measures whole intervals of its timer: the part above its resolution is delay.
      const delayMs = monitor.percentile(99) / 1e6 - RESOLUTION_MS;
      monitor.reset();
      return Math.max(0, delayMs);
    },
  };
}
