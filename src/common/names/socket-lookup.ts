import type { LookupFunction, TcpNetConnectOpts } from 'node:net';
import type { Resolve } from './name-resolver';

/** Three of them fit into the 3 seconds that a connection may take. */
const ATTEMPT_MS = 1_000;

/**
 * Socket options for resolving a name, and for the time given to each address but the last. Node's own 250 ms are too
 * short for a distant address.
 */
export function connectOptions(
  resolve: Resolve,
  attemptMs: number = ATTEMPT_MS,
): Pick<TcpNetConnectOpts, 'lookup' | 'autoSelectFamilyAttemptTimeout'> {
  return { lookup: socketLookup(resolve), autoSelectFamilyAttemptTimeout: attemptMs };
}

/** The `lookup` option of `net.connect`, in place of `dns.lookup`. */
export function socketLookup(resolve: Resolve): LookupFunction {
  return (hostname, { all, family }, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const wanted = addresses.filter((each) => !isFamily(family) || each.family === family);
        const [first] = wanted;
        if (first === undefined) callback(noAddress(hostname), []);
        else if (all === true) callback(null, wanted);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => {
        callback(error as NodeJS.ErrnoException, []);
      },
    );
  };
}

function isFamily(family: unknown): boolean {
  return family === 4 || family === 6;
}

function noAddress(hostname: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: 'ENOTFOUND', hostname });
}
