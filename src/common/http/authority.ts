/** Host and port as in a `Host` header or an origin; the port is empty if it is not named. */
export interface Authority {
  readonly host: string;
  readonly port: string;
}

const AUTHORITY = /^(\[[0-9a-f:.]+\]|[^\s:/?#@[\],]+)(?::(\d{1,5}))?$/i;
const ORIGIN = /^(https?):\/\/([^/?#@\s,]+)$/i;
const DEFAULT_PORT: Readonly<Record<string, string>> = { http: '80', https: '443' };

/** Undefined for a text that is no authority. */
export function authorityOf(text: string): Authority | undefined {
  const [, host, port = ''] = AUTHORITY.exec(text) ?? [];
  return host === undefined ? undefined : { host, port };
}

/**
 * Tells whether an origin (RFC 6454) has this authority; `isSameHost` compares the hosts. A port that is not named is
 * the default one of the origin's scheme, on both sides.
 */
export function isOriginAt(
  origin: string,
  addressed: Authority | undefined,
  isSameHost: (sender: string, addressed: string) => boolean = areSameHosts,
): boolean {
  const [, scheme = '', authority = ''] = ORIGIN.exec(origin) ?? [];
  const sender = authorityOf(authority);
  if (sender === undefined || addressed === undefined) return false;
  const defaultPort = DEFAULT_PORT[scheme.toLowerCase()] ?? '';
  return (
    isSameHost(sender.host, addressed.host) &&
    (sender.port || defaultPort) === (addressed.port || defaultPort)
  );
}

function areSameHosts(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
