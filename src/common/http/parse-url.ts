import { domainToASCII, domainToUnicode } from 'node:url';

const ENCODED = 'xn--';
const ASCII = /^\p{ASCII}*$/u;

/**
 * Parses an absolute URL; undefined if it is invalid. Every version of Node.js refuses the same hosts: newer parsers
 * accept any label in ASCII, older ones check that `xn--` begins a valid encoding of other letters (RFC 5891, 4.4).
 */
export function parseUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.hostname.split('.').every(isDecodable) ? url : undefined;
}

function isDecodable(label: string): boolean {
  if (!label.startsWith(ENCODED)) return true;
  const decoded = domainToUnicode(label);
  return !ASCII.test(decoded) && domainToASCII(decoded) === label;
}
