import { Global, Module } from '@nestjs/common';
import { OutboundHttpModule } from '../common/http/outbound-http.module';
import { Clock } from '../common/time/clock';
import { AccessConfig } from '../config/access.config';
import { ProxyConfig } from '../config/proxy.config';
import { Metrics } from '../metrics/metrics';
import { AccessService } from './access.service';
import { AccessTelemetry } from './access.telemetry';
import { CallerQuota } from './caller-quota';
import { HttpJwksSource } from './authentication/http-jwks-source';
import { JwtAuthenticator } from './authentication/jwt-authenticator';
import { ApiKeyAuthenticator } from './authentication/api-key-authenticator';
import { OpenAuthenticator } from './authentication/open-authenticator';
import { Authenticator } from './ports/authenticator';
import { JwksSource } from './ports/jwks-source';
import { CallerRateLimiter } from './quota/caller-rate-limiter';
import { RemoteJwkSet } from './authentication/remote-jwk-set';

const PROXIED = { inject: [ProxyConfig], useFactory: ({ proxies }: ProxyConfig) => ({ proxies }) };
const CONNECTIONS = 1;

/**
 * Identifies callers, authorizes them and limits their requests, by the hooks of `access-hook.ts` and `quota-hook.ts`, which
 * the application registers. Needs `SharedTokenBucketStore` and `CookieAuthenticator` from the composition root.
 */
@Global()
@Module({
  imports: [OutboundHttpModule.withConnections(CONNECTIONS, PROXIED)],
  providers: [
    AccessService,
    AccessTelemetry,
    CallerQuota,
    CallerRateLimiter,
    { provide: JwksSource, useClass: HttpJwksSource },
    {
      provide: Authenticator,
      inject: [AccessConfig, JwksSource, Clock, AccessTelemetry, Metrics],
      useFactory: authenticatorOf,
    },
  ],
  exports: [AccessService, AccessTelemetry, Authenticator, CallerQuota, CallerRateLimiter],
})
export class AccessModule {}

function authenticatorOf(
  config: AccessConfig,
  source: JwksSource,
  clock: Clock,
  telemetry: AccessTelemetry,
  metrics: Metrics,
): Authenticator {
  switch (config.mode) {
    case 'keys':
      return new ApiKeyAuthenticator(config, clock);
    case 'jwt':
      return new JwtAuthenticator(config, new RemoteJwkSet(source, clock, telemetry, metrics), clock);
    case 'open':
    case 'open-anywhere':
      return new OpenAuthenticator(config.mode, telemetry);
  }
}
