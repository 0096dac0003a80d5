import { isIP } from 'node:net';
import { codesOf } from '../common/errors/failure-text';
import { endpointOf, type ProxyRules } from '../common/http/proxy-rules';
import type { Resolve } from '../common/names/name-resolver';
import { Check } from './check';
import { failure, type Finding, ok, skipped } from './finding';
import { type Host, namesCheckOf } from './hosts';
import { SettingsCheck } from './settings-check';

/** Whether the name of a host has an address, by the resolver of the service. A proxy resolves names itself. */
export class NameCheck extends Check {
  override readonly name: string;
  override readonly needs = [SettingsCheck.NAME];
  override readonly fixOfTimeout: string;

  constructor(
    private readonly host: Host,
    private readonly proxies: ProxyRules,
    private readonly resolve: Resolve,
  ) {
    super();
    this.name = namesCheckOf(host);
    this.fixOfTimeout = 'Check the name servers of this machine (/etc/resolv.conf).';
  }

  override async run(): Promise<readonly Finding[]> {
    const { url, setting } = this.host;
    const { host } = endpointOf(url);
    if (isIP(host) !== 0) return [ok(`${host} is an address: no name is resolved`)];
    if (this.proxies.proxyFor(url) !== undefined) return [skipped(`the proxy resolves ${host}`)];
    try {
      const addresses = await this.resolve(host);
      return [ok(`${host} has ${addresses.length} ${addresses.length === 1 ? 'address' : 'addresses'}`)];
    } catch (error) {
      return [unresolved(host, setting, codesOf(error))];
    }
  }
}

function unresolved(host: string, setting: string, codes: readonly string[]): Finding {
  if (codes.includes('EAI_AGAIN'))
    return failure(
      `the name servers do not answer for ${host} (EAI_AGAIN)`,
      'Check the name servers in /etc/resolv.conf and the network policy for port 53.',
    );
  return failure(
    `there is no host ${host} (${codes.join(', ') || 'no address'})`,
    `Correct ${setting}: the region of the organization, such as mypurecloud.de or usw2.pure.cloud.`,
  );
}
