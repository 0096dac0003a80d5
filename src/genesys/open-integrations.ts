import { HttpClient } from '../common/http/http-client';
import { OutboundPool } from '../common/http/outbound-pool';
import { undiciHttpService } from '../common/http/undici-http-service';
import { SystemClock } from '../common/time/system-clock';
import type { Environment } from '../config/environment';
import { GenesysConfig } from '../config/genesys.config';
import { ProxyConfig } from '../config/proxy.config';
import { Metrics } from '../metrics/metrics';
import { OAuthTokenEndpoint } from './oauth/oauth-token-endpoint';
import { IntegrationAdmin } from './open-messaging/admin/integration-admin';
import { GenesysHttpClient } from './transport/genesys-http-client';
import { GenesysTelemetry } from './transport/genesys.telemetry';
import { UpstreamCircuits } from './transport/upstream-circuits';

/**
 * The administration of Open Messaging integrations for a command, over connections as the service makes them: with its
 * time-outs, proxies and certificates. Disposing it closes the connections.
 */
export class OpenIntegrations implements AsyncDisposable {
  readonly admin: IntegrationAdmin;
  private readonly pool: OutboundPool;

  constructor(environment: Environment) {
    const config = new GenesysConfig(environment);
    const metrics = new Metrics();
    this.pool = new OutboundPool(1, { proxies: new ProxyConfig(environment).proxies });
    const http = new GenesysHttpClient(
      new HttpClient(undiciHttpService(this.pool)),
      config,
      new GenesysTelemetry(metrics),
      new UpstreamCircuits(config, metrics),
    );
    const tokens = new OAuthTokenEndpoint(http, config, new SystemClock());
    this.admin = new IntegrationAdmin(http, tokens, config);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool.destroy();
  }
}
