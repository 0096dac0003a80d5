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

export interface SoakedServiceCommands {
  /** Starts the service and returns where it is. */
  start: { input: undefined; output: string };
  /** Bytes in use after a collection of garbage. */
  memory: { input: undefined; output: MemoryInUse };
  /** Stops the service in order and tells what it left behind. */
  stop: { input: undefined; output: Remains };
}

const app = createApp(readEnvironment(process.env));

serve<SoakedServiceCommands>({
  start: async () => {
    await (await app).listen({ host: '127.0.0.1', port: 0 });
    return (await app).getUrl();
  },
  memory: () => {
    // What the first collection finalises the second one frees.
    globalThis.gc?.();
    globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    const code = getHeapSpaceStatistics()
      .filter(({ space_name: name }) => name.startsWith('code') || name.startsWith('trusted'))
      .reduce((sum, { space_used_size: used }) => sum + used, 0);
    return { all: heapUsed + external, code };
  },
  stop: async () => {
    await (await app).close();
    const resources = process
      .getActiveResourcesInfo()
      .filter((kind) => kind !== 'PipeWrap' && kind !== 'TTYWrap');
    return { resources };
  },
});
