import { type LookupAddress } from 'node:dns';
import { lookup as systemLookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { EgressForbiddenError } from './outbound.errors';
import { isPublicAddress } from './public-address';

/** All addresses of a name. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

/**
 * A connector that reaches globally routable addresses only and otherwise fails with `EgressForbiddenError` before
 * anything is sent, a SYN included. What is checked is what the socket then connects to, at every connect anew: a
 * name that resolves to something else the next time is judged by that. A name is refused when any of its addresses
 * is, so that it depends on no race between them.
 */
export function publicOnlyConnector(
  timeoutMs: number,
  resolve: Resolve = (hostname) => systemLookup(hostname, { all: true }),
): buildConnector.connector {
  const connect = buildConnector({ timeout: timeoutMs, lookup: publicLookup(resolve) });
  return (options, callback) => {
    // For a literal address a socket looks nothing up.
    if (isIP(options.hostname) === 0 || isPublicAddress(options.hostname)) connect(options, callback);
    else process.nextTick(callback, new EgressForbiddenError(options.hostname), null);
  };
}

function publicLookup(resolve: Resolve): LookupFunction {
  return (hostname, { all }, callback) => {
    publicAddressesOf(hostname, resolve).then(
      ([first, ...others]) => {
        if (all === true) callback(null, [first, ...others]);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => {
        callback(error as NodeJS.ErrnoException, []);
      },
    );
  };
}

async function publicAddressesOf(
  hostname: string,
  resolve: Resolve,
): Promise<[LookupAddress, ...LookupAddress[]]> {
  const [first, ...others] = await resolve(hostname);
  const isPublic = [first, ...others].every((found) => found !== undefined && isPublicAddress(found.address));
  if (first === undefined || !isPublic) throw new EgressForbiddenError(hostname);
  return [first, ...others];
}
