import { NameResolver } from '../common/names/name-resolver';
import { AccessConfig } from '../config/access.config';
import { CrmConfig } from '../config/crm.config';
import type { Environment } from '../config/environment';
import { GenesysConfig } from '../config/genesys.config';
import { ProxyConfig } from '../config/proxy.config';
import { StorageConfig } from '../config/storage.config';
import { WebMessagingConfig } from '../config/web-messaging.config';
import { CrmDiagnostics } from '../crm/crm-diagnostics';
import { GenesysDiagnostics } from '../genesys/genesys-diagnostics';
import type { DatabaseAccess } from '../persistence/database-access';
import { AccessCheck } from './access-check';
import type { Check } from './check';
import { clientSettingsOf } from './client-settings';
import { ClockCheck } from './clock-check';
import { ConnectionCheck } from './connection-check';
import { CrmCheck } from './crm-check';
import { DataKeysCheck } from './data-keys-check';
import { DatabaseCheck } from './database-check';
import { DeploymentCheck } from './deployment-check';
import { GuestSessionCheck } from './guest-session-check';
import { hostsOf, loginHostOf } from './hosts';
import { LoginCheck } from './login-check';
import { NameCheck } from './name-check';
import { OpenMessagingCheck } from './open-messaging-check';
import { PermissionCheck } from './permission-check';
import { probesOf, uncheckedPermissionsOf } from './permission-probes';
import { ProxyCheck } from './proxy-check';
import { RateLimitCheck } from './rate-limit-check';
import { SchemaCheck } from './schema-check';

export interface CheckOptions {
  /** Leaves out the checks that contact Genesys Cloud or the CRM. */
  readonly isOffline: boolean;
  /** Adds the guest session over the WebSocket. */
  readonly triesSession: boolean;
}

/** The checks of an environment in their order, with the connections that they share. Disposing it closes those. */
export class Checks implements AsyncDisposable {
  private readonly genesys: GenesysDiagnostics;
  private readonly crm: CrmDiagnostics;
  private readonly config: GenesysConfig;
  private readonly storage: StorageConfig;

  constructor(
    private readonly environment: Environment,
    private readonly options: CheckOptions,
    private readonly database: DatabaseAccess,
  ) {
    this.genesys = new GenesysDiagnostics(environment);
    this.crm = new CrmDiagnostics(environment);
    this.config = new GenesysConfig(environment);
    this.storage = new StorageConfig(environment);
  }

  get all(): readonly Check[] {
    const { storage, database } = this;
    return [
      new AccessCheck(new AccessConfig(this.environment)),
      new DataKeysCheck(storage, database),
      ...(this.options.isOffline ? [] : [...this.ofHosts(), ...this.ofClients(), ...this.ofChannels()]),
      new DatabaseCheck(storage, database),
      new SchemaCheck(database),
    ];
  }

  private ofHosts(): readonly Check[] {
    const { proxies } = new ProxyConfig(this.environment);
    const { resolve } = new NameResolver();
    const hosts = hostsOf(this.environment);
    return [
      ...hosts.map((host) => new NameCheck(host, proxies, resolve)),
      new ProxyCheck(hosts, proxies, resolve),
      ...hosts.map((host) => new ConnectionCheck(host, proxies, resolve)),
      new ClockCheck(this.genesys),
    ];
  }

  private ofClients(): readonly Check[] {
    const { genesys, environment } = this;
    const { ids } = this.config.clients;
    const login = loginHostOf(environment);
    const settings = clientSettingsOf(environment);
    const [probes, unchecked] = [probesOf(environment), uncheckedPermissionsOf(environment)];
    return [
      ...ids.map((id) => new LoginCheck(id, login, settings, genesys)),
      ...ids.map((id) => new PermissionCheck(id, probes, unchecked, genesys)),
      ...ids.map((id) => new RateLimitCheck(id, this.config.requestsPerWindow, genesys)),
    ];
  }

  private ofChannels(): readonly Check[] {
    const { genesys, environment } = this;
    const { webhookUrl, secrets } = new CrmConfig(environment);
    const [clientId = ''] = this.config.clients.ids;
    const { PUBLIC_URL: publicUrl, GENESYS_OPEN_INTEGRATIONS = [] } = environment;
    const url = webhookUrl === undefined ? undefined : new URL(webhookUrl);
    const { webhookProxies } = new ProxyConfig(environment);
    const isProxied = url !== undefined && webhookProxies.proxyFor(url) !== undefined;
    return [
      new DeploymentCheck(new WebMessagingConfig(environment), genesys),
      ...(this.options.triesSession ? [new GuestSessionCheck(genesys)] : []),
      ...GENESYS_OPEN_INTEGRATIONS.map(
        ({ id }) => new OpenMessagingCheck({ id, publicUrl, clientId }, genesys),
      ),
      new CrmCheck({ host: url?.host, isSigned: secrets.current.length > 0, isProxied }, this.crm),
    ];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.genesys[Symbol.asyncDispose]();
    await this.crm[Symbol.asyncDispose]();
  }
}
