import type { OnApplicationShutdown } from '@nestjs/common';
import { Agent } from 'undici';
import { publicOnlyConnector, type Resolve } from './public-only.connector';

const CONNECT_TIMEOUT_MS = 3_000;

/** Where a pool may connect to. */
export interface OutboundOptions {
  /** To globally routable addresses only; otherwise anywhere. */
  readonly publicOnly?: boolean;
  /** How names are resolved, instead of by the system, when only public addresses are allowed. */
  readonly resolve?: Resolve;
}

/**
 * The connections to one kind of receiver: each receiver has its own, so that a hanging one holds up no other.
 * Per origin at most `connections` are open; connecting may take 3 seconds. Closed with the application.
 */
export class OutboundPool extends Agent implements OnApplicationShutdown {
  constructor(connections: number, { publicOnly = false, resolve }: OutboundOptions = {}) {
    super({
      connections,
      pipelining: 1,
      connect: publicOnly
        ? publicOnlyConnector(CONNECT_TIMEOUT_MS, resolve)
        : { timeout: CONNECT_TIMEOUT_MS },
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
