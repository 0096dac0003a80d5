import type { OnApplicationShutdown } from '@nestjs/common';
import { Agent, buildConnector } from 'undici';
import { NameResolver, type Resolve } from '../names/name-resolver';
import { connectOptions } from '../names/socket-lookup';
import { readingStatusLines } from './answered-status';
import type { ProxyRules } from './proxy-rules';
import { proxyingConnector } from './proxying-connector';
import { publicOnlyConnector } from './public-only-connector';

const CONNECT_TIMEOUT_MS = 3_000;
const MAX_HEADER_BYTES = 64 * 1024;

/** Restrictions and routes of the connections of a pool. */
export interface OutboundOptions {
  /** To globally routable addresses only; otherwise anywhere. */
  readonly publicOnly?: boolean;
  /** How names are resolved, instead of by a resolver of the pool's own. */
  readonly resolve?: Resolve;
  /** Which targets are reached through a proxy; none without it. */
  readonly proxies?: ProxyRules;
}

/**
 * The connections to one kind of receiver: each receiver has its own, so that a hanging one holds up no other.
 * Per origin at most `connections` are open; connecting may take 3 seconds, and through a proxy 3 seconds for the tunnel
 * and 3 seconds for TLS. Closed with the application.
 */
export class OutboundPool extends Agent implements OnApplicationShutdown {
  constructor(connections: number, options: OutboundOptions = {}) {
    super({
      connections,
      pipelining: 1,
      connect: readingStatusLines(connectorOf(options)),
      maxHeaderSize: MAX_HEADER_BYTES,
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

function connectorOf({
  publicOnly = false,
  resolve = new NameResolver().resolve,
  proxies,
}: OutboundOptions): buildConnector.connector {
  const timeoutMs = CONNECT_TIMEOUT_MS;
  const direct = publicOnly
    ? publicOnlyConnector(timeoutMs, resolve)
    : buildConnector({ timeout: timeoutMs, ...connectOptions(resolve) });
  return proxies === undefined
    ? direct
    : proxyingConnector(direct, { proxies, resolve, publicOnly, timeoutMs });
}
