import { Global, Module } from '@nestjs/common';
import { OutboundHttpModule } from '../common/http/outbound-http.module';
import { SharedTokenBucketStore } from '../common/limits/shared-token-bucket-store';
import { Clock } from '../common/time/clock';
import { AccessConfig } from '../config/access.config';
import { ProxyConfig } from '../config/proxy.config';
import { Metrics } from '../metrics/metrics';
import { AccessService } from './access.service';
import { AccessTelemetry } from './access.telemetry';
import { HttpKeySource } from './authentication/http-key-source';
import { JwtAuthenticator } from './authentication/jwt-authenticator';
import { KeyAuthenticator } from './authentication/key-authenticator';
import { MemoryCallerQuotas } from './quota/memory-caller-quotas';
import { OpenAuthenticator } from './authentication/open-authenticator';
import { Authenticator } from './ports/authenticator';
import { CallerQuotas } from './ports/caller-quotas';
import { KeySource } from './ports/key-source';
import { QuotaService } from './quota.service';
import { SharedCallerQuotas } from './quota/shared-caller-quotas';
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
    { provide: CallerQuotas, inject: [AccessConfig, SharedTokenBucketStore], useFactory: quotasOf },
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

function quotasOf(config: AccessConfig, buckets: SharedTokenBucketStore): CallerQuotas {
  return buckets.isShared ? new SharedCallerQuotas(config, buckets) : new MemoryCallerQuotas(config);
}

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
