import { isIP } from 'node:net';
import { IPv6, parse } from 'ipaddr.js';

const GLOBAL_UNICAST = IPv6.parseCIDR('2000::/3');

/**
 * Whether an address, as a resolver or a socket writes it, is globally routable unicast. Whatever is not known to be
 * is not: the special ranges of both families, IPv6 outside what IANA has given out, every way to wrap an IPv4 address
 * into IPv6, and a text that is no address.
 */
export function isPublicAddress(text: string): boolean {
  // The parser takes more for an address than a socket does, such as 0x7f.1.
  if (isIP(text) === 0) return false;
  const address = parse(text);
  if (address.range() !== 'unicast') return false;
  // What no range names is unicast to the parser, ::7f00:1 (127.0.0.1) among it.
  return !(address instanceof IPv6) || address.match(GLOBAL_UNICAST);
}
