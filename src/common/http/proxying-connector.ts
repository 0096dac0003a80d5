import { isIP } from 'node:net';
import { buildConnector } from 'undici';
import type { Resolve } from '../names/name-resolver';
import { EgressForbiddenError } from './outbound.errors';
import type { ProxyRules } from './proxy-rules';
import { openTunnel } from './proxy-tunnel';
import { isPublicAddress } from './public-address';

interface ProxyingOptions {
  readonly proxies: ProxyRules;
  readonly resolve: Resolve;
  readonly publicOnly: boolean;
  readonly timeoutMs: number;
}

/**
 * The same connector for targets that are reached directly; all others are reached through a tunnel of their proxy. A
 * proxy resolves names itself, so with `publicOnly` only an address in the URL is judged there.
 */
export function proxyingConnector(
  direct: buildConnector.connector,
  { proxies, resolve, publicOnly, timeoutMs }: ProxyingOptions,
): buildConnector.connector {
  const secure = buildConnector({ timeout: timeoutMs });
  return (options, callback) => {
    const { protocol, hostname } = options;
    const proxy = proxies.proxyFor(options);
    if (proxy === undefined) {
      direct(options, callback);
      return;
    }
    if (publicOnly && isIP(hostname) !== 0 && !isPublicAddress(hostname)) {
      process.nextTick(callback, new EgressForbiddenError(hostname), null);
      return;
    }
    openTunnel(proxy, options, { resolve, signal: AbortSignal.timeout(timeoutMs) }).then(
      (httpSocket) => {
        if (protocol === 'https:') secure({ ...options, httpSocket }, callback);
        else callback(null, httpSocket);
      },
      (error: unknown) => {
        callback(error as Error, null);
      },
    );
  };
}
