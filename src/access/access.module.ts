import { Global, Module } from '@nestjs/common';
import { OutboundHttpModule } from '../common/http/outbound-http.module';
import { Clock } from '../common/time/clock';
import { AccessConfig } from '../config/access.config';
import { ProxyConfig } from '../config/proxy.config';
import { Metrics } from '../metrics/metrics';
import { AccessService } from './access.service';
import { AccessTelemetry } from './access.telemetry';
import { HttpKeySource } from './authentication/http-key-source';
import { JwtAuthenticator } from './authentication/jwt-authenticator';
import { KeyAuthenticator } from './authentication/key-authenticator';
import { OpenAuthenticator } from './authentication/open-authenticator';
import { Authenticator } from './ports/authenticator';
import { KeySource } from './ports/key-source';
import { CallerQuotas } from './quota/caller-quotas';
import { QuotaService } from './quota.service';
import { SigningKeys } from './authentication/signing-keys';

const PROXIED = { inject: [ProxyConfig], useFactory: ({ proxies }: ProxyConfig) => ({ proxies }) };
const CONNECTIONS = 1;

/**
 * Identifies callers, authorizes them and limits their requests, by the hooks of `access-hook.ts` and `quota-hook.ts`, which
 * the application registers. Needs `SharedTokenBucketStore` from the composition root.
 */
@Global()
@Module({
  imports: [OutboundHttpModule.withConnections(CONNECTIONS, PROXIED)],
  providers: [
    AccessService,
    AccessTelemetry,
    QuotaService,
    CallerQuotas,
    { provide: KeySource, useClass: HttpKeySource },
    {
      provide: Authenticator,
      inject: [AccessConfig, KeySource, Clock, AccessTelemetry, Metrics],
      useFactory: authenticatorOf,
    },
  ],
  exports: [AccessService, QuotaService],
})
export class AccessModule {}

function authenticatorOf(
  config: AccessConfig,
  source: KeySource,
  clock: Clock,
  telemetry: AccessTelemetry,
  metrics: Metrics,
): Authenticator {
  switch (config.mode) {
    case 'keys':
      return new KeyAuthenticator(config, clock);
    case 'jwt':
      return new JwtAuthenticator(config, new SigningKeys(source, clock, telemetry, metrics), clock);
    case 'open':
    case 'open-anywhere':
      return new OpenAuthenticator(config.mode, telemetry);
  }
}
