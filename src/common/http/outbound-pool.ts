import type { OnApplicationShutdown } from '@nestjs/common';
import { Agent } from 'undici';

/**
 * The connections to one kind of receiver: each receiver has its own, so that a hanging one holds up no other.
 * Per origin at most `connections` are open; connecting may take 3 seconds. Closed with the application.
 */
export class OutboundPool extends Agent implements OnApplicationShutdown {
  constructor(connections: number) {
    super({
      connections,
      pipelining: 1,
      connect: { timeout: 3_000 },
      keepAliveTimeout: 30_000,
      keepAliveMaxTimeout: 60_000,
      // The adapter bounds the whole request; two more clocks per request would only cost.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.destroy();
  }
}
