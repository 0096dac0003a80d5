import { isIP } from 'node:net';
import { buildConnector } from 'undici';
import type { Resolve } from '../names/name-resolver';
import { connectOptions } from '../names/socket-lookup';
import { EgressForbiddenError } from './outbound.errors';
import { isPublicAddress } from './public-address';

/**
 * A connector that reaches globally routable addresses only and otherwise fails with `EgressForbiddenError` before
 * anything is sent, a SYN included. The addresses that are checked are those that the socket then connects to, at
 * every connect again: a name that resolves to something else the next time is judged by that. Of a name with several
 * addresses only the allowed ones are tried.
 */
export function publicOnlyConnector(timeoutMs: number, resolve: Resolve): buildConnector.connector {
  const connect = buildConnector({ timeout: timeoutMs, ...connectOptions(publicOnly(resolve)) });
  return (options, callback) => {
    // A socket looks up no literal address.
    if (isIP(options.hostname) === 0 || isPublicAddress(options.hostname)) connect(options, callback);
    else process.nextTick(callback, new EgressForbiddenError(options.hostname), null);
  };
}

function publicOnly(resolve: Resolve): Resolve {
  return async (hostname) => {
    const allowed = (await resolve(hostname)).filter(({ address }) => isPublicAddress(address));
    if (allowed.length === 0) throw new EgressForbiddenError(hostname);
    return allowed;
  };
}
