import { once } from 'node:events';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { codesOf } from '../common/errors/failure-text';
import { isLoopbackHost } from '../common/http/loopback';
import { ProxyRefusedError, ProxyUnreachableError } from '../common/http/outbound.errors';
import { endpointOf, type ProxyRules } from '../common/http/proxy-rules';
import { openTunnel } from '../common/http/proxy-tunnel';
import type { Resolve } from '../common/names/name-resolver';
import { connectOptions } from '../common/names/socket-lookup';
import { Check } from './check';
import { failure, type Finding, ok, warning } from './finding';
import { connectionCheckOf, type Host, namesCheckOf } from './hosts';
import { PROXY_FIX, ProxyCheck } from './proxy-check';

const NAME_MISMATCH = 'ERR_TLS_CERT_ALTNAME_INVALID';
const EXPIRED = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);
const PRIVATE_CA = /SELF_SIGNED|UNABLE_TO|CERT_/;
const NO_TLS = /^(ERR_SSL|EPROTO)/;

/** Connects to a host as the service does, through its proxy and with TLS, and sends no request. */
export class ConnectionCheck extends Check {
  override readonly name: string;
  override readonly needs: readonly string[];
  override readonly timeoutMs = 8_000;
  override readonly fixOfTimeout: string;

  constructor(
    private readonly host: Host,
    private readonly proxies: ProxyRules,
    private readonly resolve: Resolve,
  ) {
    super();
    this.name = connectionCheckOf(host);
    const isProxied = proxies.proxyFor(host.url) !== undefined;
    this.needs = [namesCheckOf(host), ...(isProxied ? [ProxyCheck.NAME] : [])];
    this.fixOfTimeout = `Allow connections to ${host.url.host} in the firewall, or set HTTPS_PROXY; ${host.setting} names the host.`;
  }

  override async run(signal: AbortSignal): Promise<readonly Finding[]> {
    const { url } = this.host;
    try {
      const socket = await this.connected(signal);
      const protocol = 'getProtocol' in socket ? String(socket.getProtocol()) : undefined;
      socket.destroy();
      return [this.connectedBy(protocol)];
    } catch (error) {
      signal.throwIfAborted();
      return [this.failureOf(error, url.host)];
    }
  }

  private async connected(signal: AbortSignal): Promise<ReturnType<typeof connectTls> | Socket> {
    const { url } = this.host;
    const { host, port } = endpointOf(url);
    const proxy = this.proxies.proxyFor(url);
    const tunnel =
      proxy === undefined ? undefined : await openTunnel(proxy, url, { resolve: this.resolve, signal });
    if (!isSecure(url)) {
      return (
        tunnel ?? settled(connectTcp({ host, port, ...connectOptions(this.resolve) }), 'connect', signal)
      );
    }
    const servername = isIP(host) === 0 ? host : '';
    const target =
      tunnel === undefined ? { host, port, ...connectOptions(this.resolve) } : { socket: tunnel };
    return settled(connectTls({ ...target, servername }), 'secureConnect', signal);
  }

  private connectedBy(protocol: string | undefined): Finding {
    const { url, setting } = this.host;
    if (protocol !== undefined) return ok(`connected to ${url.host} (${protocol}, certificate valid)`);
    if (isLoopbackHost(url.hostname)) return ok(`connected to ${url.host} on this machine, without TLS`);
    return warning(`${url.host} is reached without TLS: tokens can be read on the way`, httpsFixOf(setting));
  }

  private failureOf(error: unknown, target: string): Finding {
    if (error instanceof ProxyUnreachableError)
      return failure(`the proxy for ${target} cannot be reached`, PROXY_FIX);
    if (error instanceof ProxyRefusedError)
      return failure(
        `the proxy refuses a tunnel to ${target} (status ${error.status})`,
        'Correct the user and password in HTTPS_PROXY or HTTP_PROXY (407), or allow the host at the proxy.',
      );
    const codes = codesOf(error);
    return tlsFailureOf(codes, target, this.host.setting) ?? this.unreachable(codes, target);
  }

  private unreachable(codes: readonly string[], target: string): Finding {
    const message = `no connection to ${target} (${codes.join(', ') || 'closed'})`;
    if (!codes.includes('ECONNREFUSED')) return failure(message, this.fixOfTimeout);
    return failure(
      `${message}: nothing listens there, or a firewall refuses`,
      `Correct the host and the port of ${this.host.setting}; where they are right, allow the connection in the firewall.`,
    );
  }
}

function tlsFailureOf(codes: readonly string[], target: string, setting: string): Finding | undefined {
  const [code = ''] = codes;
  if (code === NAME_MISMATCH)
    return failure(
      `the certificate of ${target} is for another name (${code})`,
      `Correct ${setting}: the host must be the one in the certificate.`,
    );
  if (EXPIRED.has(code))
    return failure(
      `the certificate of ${target} is out of its time (${code})`,
      'Set the clock of this machine, or renew the certificate of the gateway.',
    );
  if (NO_TLS.test(code))
    return failure(`${target} does not speak TLS (${code})`, `Correct the scheme or the port in ${setting}.`);
  if (!PRIVATE_CA.test(code)) return undefined;
  return failure(
    `the certificate of ${target} is not trusted (${code})`,
    'Name the CA of the gateway or the proxy in NODE_EXTRA_CA_CERTS before the start; Genesys Cloud itself needs none.',
  );
}

function httpsFixOf(setting: string): string {
  return `Use https:// or wss:// in ${setting}.`;
}

function isSecure({ protocol }: URL): boolean {
  return protocol === 'https:' || protocol === 'wss:';
}

/** The socket once it is connected. It is destroyed when the signal aborts before. */
async function settled<T extends Socket>(socket: T, event: string, signal: AbortSignal): Promise<T> {
  try {
    await once(socket, event, { signal });
    return socket;
  } catch (error) {
    socket.on('error', () => undefined).destroy();
    throw error;
  }
}
