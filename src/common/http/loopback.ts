const IPV4 = /^127(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/;
const NAME = /^(?:[a-z0-9_-]+\.)*localhost$/i;

/**
 * Whether a host is a loopback one: `localhost` and names below it (RFC 6761, 6.3), 127.0.0.0/8 in dotted decimal, and
 * `::1`, also in brackets. Other spellings of these addresses are not: no client of this machine needs them.
 */
export function isLoopbackHost(host: string): boolean {
  return NAME.test(host) || IPV4.test(host) || host === '::1' || host === '[::1]';
}
