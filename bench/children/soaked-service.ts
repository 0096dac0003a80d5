import { createApp } from '../../src/app.setup';
import { readEnvironment } from '../../src/config/read-environment';
import { serve } from '../support/ipc';

export interface Remains {
  /** Kinds of resources that keep a process alive, beside those of the channel to the parent. */
  readonly resources: readonly string[];
}

export interface SoakedServiceCommands {
  /** Starts the service and returns where it is. */
  start: { input: undefined; output: string };
  /** Bytes in use after a collection of garbage: the heap and what hangs on it outside. */
  memory: { input: undefined; output: number };
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
    return heapUsed + external;
  },
  stop: async () => {
    await (await app).close();
    const resources = process
      .getActiveResourcesInfo()
      .filter((kind) => kind !== 'PipeWrap' && kind !== 'TTYWrap');
    return { resources };
  },
});
