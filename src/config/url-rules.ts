import { parse } from 'pg-connection-string';
import { parseUrl } from '../common/http/parse-url';

/** Hosts with underscores are not domain names, but container networks give their services such names. */
const HOSTED = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s]/i;
const POSTGRES = /^postgres(ql)?:\/\//i;
/** A URL ends its host at the first #, / or ?, so that the rest of such a password would be read as a path. */
const UNENCODED_PASSWORD = /^\w+:\/\/[^/?#@]*:(?!\d*[/?#])[^/?#@]*[/?#].*@/;

/** The fault of an absolute URL of one of the schemes, as the rest of a sentence; undefined for a valid one. */
export function urlFault(
  value: unknown,
  schemes: readonly string[],
  mayHoldUser: boolean,
): string | undefined {
  const wanted = `must be a URL that starts with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`;
  if (typeof value !== 'string' || !HOSTED.test(value)) return wanted;
  const url = parseUrl(value);
  if (url === undefined) return wanted;
  const { protocol, hostname, username, password } = url;
  if (!schemes.includes(protocol.slice(0, -1)) || !isPlain(value, hostname)) return wanted;
  if (!mayHoldUser) return username + password === '' ? undefined : 'must not hold a user or a password';
  const isEncoded = isDecodable(username) && isDecodable(password);
  return isEncoded ? undefined : 'must have its user and password percent-encoded';
}

/** Tells whether every percent sign of a text begins an encoded character. */
export function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** Tells whether the host is spelled canonically: `0x7f.1` and `%31` are other spellings of an address. */
function isPlain(value: string, hostname: string): boolean {
  const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(value)?.[1] ?? '';
  const spelled = authority.slice(authority.lastIndexOf('@') + 1).replace(/:\d*$/, '');
  // A name in another script is converted to ASCII letters (IDNA).
  const isInternational = /[^\p{ASCII}]/u.test(spelled) && hostname.includes('xn--');
  return isInternational || spelled.startsWith('[') || spelled.toLowerCase() === hostname;
}

/**
 * The fault of the URL of a PostgreSQL database, judged by the driver's parser, so that hosts in the query, Unix
 * sockets and certificates are accepted as the driver accepts them.
 */
export function postgresUrlFault(value: unknown): string | undefined {
  if (typeof value !== 'string' || !POSTGRES.test(value))
    return 'must be a URL that starts with postgres:// or postgresql://';
  if (UNENCODED_PASSWORD.test(value))
    return 'has a #, / or ? in its user or password, which must be percent-encoded';
  try {
    parse(value);
    return undefined;
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    if (code !== undefined && path !== undefined)
      return `names a file that cannot be read (${code}: ${path})`;
    return 'cannot be parsed: percent-encode special characters of its user and password';
  }
}
