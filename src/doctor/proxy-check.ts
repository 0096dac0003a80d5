import { once } from 'node:events';
import { connect } from 'node:net';
import { codesOf } from '../common/errors/failure-text';
import { endpointOf, type ProxyRules } from '../common/http/proxy-rules';
import type { Resolve } from '../common/names/name-resolver';
import { connectOptions } from '../common/names/socket-lookup';
import { Check } from './check';
import { failure, type Finding, ok } from './finding';
import type { Host } from './hosts';
import { SettingsCheck } from './settings-check';

export const PROXY_FIX =
  'Correct HTTPS_PROXY (for https:// and wss://) or HTTP_PROXY, remove it where there is no proxy, or add hosts that need none to NO_PROXY.';

interface Route {
  readonly proxy: URL;
  readonly hosts: readonly Host[];
}

/** Whether the proxies that the hosts are reached through accept connections, and which hosts go around them. */
export class ProxyCheck extends Check {
  static readonly NAME = 'proxy';
  override readonly name = ProxyCheck.NAME;
  override readonly needs = [SettingsCheck.NAME];
  override readonly timeoutMs = 8_000;
  override readonly fixOfTimeout = 'Correct HTTPS_PROXY or HTTP_PROXY, or allow connections to the proxy.';

  constructor(
    private readonly hosts: readonly Host[],
    private readonly proxies: ProxyRules,
    private readonly resolve: Resolve,
  ) {
    super();
  }

  override async run(signal: AbortSignal): Promise<readonly Finding[]> {
    const routes = this.routes();
    const direct = this.hosts.filter(({ url }) => this.proxies.proxyFor(url) === undefined);
    const findings = await Promise.all(routes.map((route) => this.findingOf(route, signal)));
    return direct.length === 0 ? findings : [...findings, ok(`reached directly: ${namesOf(direct)}`)];
  }

  private routes(): readonly Route[] {
    const routes = new Map<string, Route>();
    for (const host of this.hosts) {
      const proxy = this.proxies.proxyFor(host.url);
      if (proxy === undefined) continue;
      const hosts = [...(routes.get(proxy.href)?.hosts ?? []), host];
      routes.set(proxy.href, { proxy, hosts });
    }
    return [...routes.values()];
  }

  private async findingOf({ proxy, hosts }: Route, signal: AbortSignal): Promise<Finding> {
    const { host, port } = endpointOf(proxy);
    const socket = connect({ host, port, ...connectOptions(this.resolve) });
    try {
      await once(socket, 'connect', { signal });
      return ok(`the proxy ${proxy.host} accepts connections; through it: ${namesOf(hosts)}`);
    } catch (error) {
      signal.throwIfAborted();
      const reason = codesOf(error).join(', ') || 'no connection';
      return failure(
        `the proxy ${proxy.host} cannot be reached (${reason}); through it: ${namesOf(hosts)}`,
        PROXY_FIX,
      );
    } finally {
      socket.on('error', () => undefined).destroy();
    }
  }
}

function namesOf(hosts: readonly Host[]): string {
  return hosts.map(({ name, url }) => `${name} (${url.host})`).join(', ');
}
