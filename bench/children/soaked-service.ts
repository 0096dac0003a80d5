import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { getHeapSpaceStatistics } from 'node:v8';
import { createApp } from '../../src/app.setup';
import { readEnvironment } from '../../src/config/read-environment';
import { EventLoopWatchdog } from '../../src/watchdog/event-loop-watchdog';
import { serve } from '../support/ipc';

export interface OpenResources {
  /** Kinds of resources that keep a process alive, without those of the channel to the parent. */
  readonly resources: readonly string[];
}

export interface MemoryInUse {
  /** Bytes on the heap and in external memory. */
  readonly all: number;
  /** The share of compiled code, which V8 increases for a long time. */
  readonly code: number;
}

/** Resources that the process uses. */
export interface Usage {
  /** Bytes on the heap and in external memory, after a garbage collection. */
  readonly heap: number;
  readonly rss: number;
  /** CPU time since the start, in microseconds. */
  readonly cpuMicros: number;
  /** Event loop delay since the last call, in milliseconds. */
  readonly loopDelayP99Ms: number;
  readonly loopDelayMaxMs: number;
}

export interface SoakedServiceCommands {
  /** Starts the service and returns its address. */
  start: { input: undefined; output: string };
  /** Returns the bytes in use after a garbage collection. */
  memory: { input: undefined; output: MemoryInUse };
  usage: { input: undefined; output: Usage };
  /** Stops the service cleanly and returns the resources that it leaves open. */
  stop: { input: undefined; output: OpenResources };
}

const RESOLUTION_MS = 10;

const loopDelay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
const app = createApp(readEnvironment(process.env));

serve<SoakedServiceCommands>({
  start: async () => {
    await (await app).listen({ host: '127.0.0.1', port: 0 });
    (await app).get(EventLoopWatchdog).start();
    loopDelay.enable();
    return (await app).getUrl();
  },
  memory: () => {
    collectGarbage();
    const { heapUsed, external } = process.memoryUsage();
    const code = getHeapSpaceStatistics()
      .filter(({ space_name: name }) => name.startsWith('code') || name.startsWith('trusted'))
      .reduce((sum, { space_used_size: used }) => sum + used, 0);
    return { all: heapUsed + external, code };
  },
  usage,
  stop: async () => {
    loopDelay.disable();
    await (await app).close();
    const resources = process
      .getActiveResourcesInfo()
      .filter((kind) => kind !== 'PipeWrap' && kind !== 'TTYWrap');
    return { resources };
  },
});

async function usage(): Promise<Usage> {
  // The monitor measures whole intervals of its timer: the part above its resolution is delay.
  const [p99, max] = [loopDelay.percentile(99), loopDelay.max].map((ns) => ns / 1e6 - RESOLUTION_MS);
  collectGarbage();
  // This process causes the pause for the collection, and the monitor's next tick includes it.
  await delay(10 * RESOLUTION_MS);
  loopDelay.reset();
  const { heapUsed, external, rss } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  return {
    heap: heapUsed + external,
    rss,
    cpuMicros: user + system,
    loopDelayP99Ms: Math.max(0, p99 ?? 0),
    loopDelayMaxMs: Math.max(0, max ?? 0),
  };
}

/** The second collection frees objects that the first one finalized. */
function collectGarbage(): void {
  globalThis.gc?.();
  globalThis.gc?.();
}
