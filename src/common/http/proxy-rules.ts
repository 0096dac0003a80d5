import { BlockList, isIP } from 'node:net';

/** A host to connect to. */
export interface Target {
  /** With a colon at its end, as a URL has it. */
  readonly protocol: string;
  /** An IPv6 address may have brackets. */
  readonly hostname: string;
  /** Empty or 0 for the one of the protocol. */
  readonly port?: string | number | null;
}

/** The host without brackets, and the port or that of the protocol. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

interface ProxySettings {
  readonly http?: string | undefined;
  readonly https?: string | undefined;
  readonly direct?: string | undefined;
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  'http:': 80,
  'ws:': 80,
  'https:': 443,
  'wss:': 443,
};

/**
 * The proxy for a target, as `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` have it. An entry of `NO_PROXY` is a host name with
 * all names below it (`example.com`, `.example.com` and `*.example.com` mean the same), an address, a network
 * (`10.0.0.0/8`), each of the first two with or without a port, or `*`. Networks match addresses in URLs only: names are
 * not resolved for that.
 */
export class ProxyRules {
  private readonly http: URL | undefined;
  private readonly https: URL | undefined;
  private readonly direct: readonly ((host: string, port: number) => boolean)[];

  constructor({ http, https, direct = '' }: ProxySettings = {}) {
    this.http = http === undefined ? undefined : new URL(http);
    this.https = https === undefined ? undefined : new URL(https);
    this.direct = direct
      .split(/[\s,]+/)
      .filter((entry) => entry !== '')
      .map(ruleOf);
  }

  /** Undefined for a direct connection. */
  proxyFor(target: Target): URL | undefined {
    const { host, port } = endpointOf(target);
    const name = host.toLowerCase().replace(/\.$/, '');
    if (this.direct.some((isDirect) => isDirect(name, port))) return undefined;
    const { protocol } = target;
    return protocol === 'https:' || protocol === 'wss:' ? this.https : this.http;
  }
}

export function endpointOf({ protocol, hostname, port }: Target): Endpoint {
  return { host: withoutBrackets(hostname), port: Number(port ?? 0) || (DEFAULT_PORTS[protocol] ?? 0) };
}

function ruleOf(entry: string): (host: string, port: number) => boolean {
  if (entry === '*') return () => true;
  const network = /^([0-9a-f:.]+)\/(\d{1,3})$/i.exec(entry);
  if (network !== null) return networkRuleOf(network[1] ?? '', Number(network[2]));
  // The colons of an address without brackets are no port's.
  const [, name = entry, port = ''] = (isIP(entry) === 0 ? /^(.*?)(?::(\d+))?$/.exec(entry) : null) ?? [];
  const suffix = withoutBrackets(name.toLowerCase().replace(/^\*?\./, ''));
  return (host, wanted) =>
    (port === '' || Number(port) === wanted) &&
    (host === suffix || (isIP(host) === 0 && host.endsWith(`.${suffix}`)));
}

function networkRuleOf(address: string, prefix: number): (host: string) => boolean {
  const family = isIP(address);
  const list = new BlockList();
  if (family === 0 || prefix > (family === 4 ? 32 : 128)) return () => false;
  list.addSubnet(address, prefix, `ipv${family as 4 | 6}`);
  return (host) => isIP(host) !== 0 && list.check(host, `ipv${isIP(host) as 4 | 6}`);
}

function withoutBrackets(host: string): string {
  return host.startsWith('[') ? host.replace(/^\[|\]$/g, '') : host;
}
