import { isIPv4, isIPv6 } from 'node:net';
import { IPv4, IPv6, parse } from 'ipaddr.js';

const GLOBAL_UNICAST = IPv6.parseCIDR('2000::/3');
/** Address translation (RFC 6052, NAT64): the IPv4 address is in the last four bytes. */
const WELL_KNOWN_PREFIX = IPv6.parseCIDR('64:ff9b::/96');

/**
 * Whether an address, as a resolver or a socket writes it, is globally routable unicast. An address that is not known to
 * be is not: the special ranges of both families, IPv6 outside what IANA has given out, and a text that is no address.
 *
 * An IPv4 address within an IPv6 one is judged by itself where the network translates (`64:ff9b::/96`) or the socket
 * does (`::ffff:0:0/96`). The other wrappings are not globally routable: the local prefix of NAT64 (`64:ff9b:1::/48`)
 * may lead anywhere, and 6to4 and Teredo pass through relays.
 */
export function isPublicAddress(text: string): boolean {
  const canonical = canonicalOf(text);
  if (canonical === undefined) return false;
  const parsed = parse(canonical);
  const address = parsed instanceof IPv6 ? unwrapped(parsed) : parsed;
  if (address.range() !== 'unicast') return false;
  // An address without a range of its own is unicast to the parser, ::7f00:1 (127.0.0.1) among it.
  return !(address instanceof IPv6) || address.match(GLOBAL_UNICAST);
}

/**
 * The parser takes more for an address than a socket does, such as 0x7f.1, and takes ::8.8.8.8 for ::ffff:8.8.8.8. Of
 * an address with a zone there is no canonical text: it is link-local.
 */
function canonicalOf(text: string): string | undefined {
  if (isIPv4(text)) return text;
  const url = `http://[${text}]/`;
  return isIPv6(text) && URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : undefined;
}

function unwrapped(address: IPv6): IPv4 | IPv6 {
  if (address.isIPv4MappedAddress()) return address.toIPv4Address();
  return address.match(WELL_KNOWN_PREFIX) ? new IPv4(address.toByteArray().slice(-4)) : address;
}
