import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { getHeapSpaceStatistics } from 'node:v8';
import { createApp } from '../../src/app.setup';
import { readEnvironment } from '../../src/config/read-environment';
import { serve } from '../support/ipc';

export interface Remains {
  /** Kinds of resources that keep a process alive, beside those of the channel to the parent. */
  readonly resources: readonly string[];
}

export interface MemoryInUse {
  /** The heap and what hangs on it outside. */
  readonly all: number;
  /** The part of it that is compiled code, which V8 makes more of for a long while. */
  readonly code: number;
}

/** What the process takes of the machine. */
export interface Usage {
  /** Bytes on the heap and outside of it, after a collection of garbage. */
  readonly heap: number;
  readonly rss: number;
  /** CPU time so far. */
  readonly cpuMicros: number;
  /** Of the time since it was asked last. */
  readonly loopDelayP99Ms: number;
  readonly loopDelayMaxMs: number;
}

export interface SoakedServiceCommands {
  /** Starts the service and returns where it is. */
  start: { input: undefined; output: string };
  /** Bytes in use after a collection of garbage. */
  memory: { input: undefined; output: MemoryInUse };
  usage: { input: undefined; output: Usage };
  /** Stops the service in order and tells what it left behind. */
  stop: { input: undefined; output: Remains };
}

const RESOLUTION_MS = 10;

const loopDelay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
const app = createApp(readEnvironment(process.env));

serve<SoakedServiceCommands>({
  start: async () => {
    await (await app).listen({ host: '127.0.0.1', port: 0 });
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
  // The monitor measures whole pauses of its timer: what exceeds its resolution is delay.
  const [p99, max] = [loopDelay.percentile(99), loopDelay.max].map((ns) => ns / 1e6 - RESOLUTION_MS);
  collectGarbage();
  // The pause for that is ours, and is seen by the next turn of the monitor.
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

/** What the first collection finalises the second one frees. */
function collectGarbage(): void {
  globalThis.gc?.();
  globalThis.gc?.();
}
